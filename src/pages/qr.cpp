#include "pages/qr.hpp"

#include <qrencode.h>

#include <memory>
#include <stdexcept>

namespace mekenjai::pages {
namespace {

constexpr int kQuiet = 4;  // modules; ISO/IEC 18004 asks for four

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

QrPicture draw_qr(std::string_view text) {
  const std::unique_ptr<QRcode, Free> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code) throw std::invalid_argument("a QR code cannot hold this text");
  const int width = code->width;
  const auto dark = [&code, width](int x, int y) { return (code->data[y * width + x] & 1) != 0; };
  QrPicture picture{width + 2 * kQuiet, {}};
  for (int y = 0; y < width; ++y) {
    for (int x = 0; x < width;) {
      const int from = x;
      while (x < width && dark(x, y)) ++x;
      if (x > from) {
        picture.path +=
            fmt::format("M{} {}h{}v1h-{}z", from + kQuiet, y + kQuiet, x - from, x - from);
      }
      while (x < width && !dark(x, y)) ++x;
    }
  }
  return picture;
}

}  // namespace mekenjai::pages
