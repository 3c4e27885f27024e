// A text as a QR code, drawn as one path of an inline picture.
#pragma once

#include <string>
#include <string_view>

namespace mekenjai::pages {

struct QrPicture {
  int size = 0;      // modules a side, the quiet edge of four included
  std::string path;  // SVG path data of the dark modules
};

/// Byte mode, error correction M. Throws std::invalid_argument where the text is empty or does not
/// fit (2,331 bytes).
QrPicture draw_qr(std::string_view text);

}  // namespace mekenjai::pages
