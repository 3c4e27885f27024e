// What commands are given: files, moments, folders of anchors. What cannot be used is said in a sentence, with exit code 2.
#pragma once

#include <optional>
#include <string>

#include "edge/eds/pki/trust.hpp"

namespace mekenjai::app {

inline constexpr const char* kTrustFolder = "/etc/mekenjai/trust";

/// What the user has to put right; ends the command with code 2.
struct Unusable {
  std::string sentence;
};

/// A whole file. Throws Unusable, also where it is larger than `limit`: a verdict on a part of it would be a lie.
std::string read_file(const std::string& name, std::size_t limit);
/// At most `limit` bytes of a file, for what refuses anything as long as that. Throws Unusable.
std::string read_head(const std::string& name, std::size_t limit);
/// `--at`, or now. Throws Unusable.
base::Instant moment(const std::optional<std::string>& text);
/// `--trust`. Throws Unusable.
edge::eds::Trust read_trust(const std::string& folder);

}  // namespace mekenjai::app
