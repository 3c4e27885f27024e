// What a caller can meet: a value or a Problem. Exceptions stay inside the part that meets them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace mekenjai::base {

/// The class of a problem; `http` turns it into a status, commands into an exit code.
enum class Trouble {
  malformed,          // 400: not JSON, not UTF-8, a field twice
  not_signed_in,      // 401
  forbidden,          // 403: the role does not allow it
  not_found,          // 404: not there, or not yours
  wrong_state,        // 409
  too_large,          // 413
  unsupported_media,  // 415
  unprocessable,      // 422: understood but wrong
  too_many,           // 429, with retry_after_s
  unavailable,        // 503, with retry_after_s: a register is needed to answer at all
  internal,           // 500
};

/// One wrong field of a request, named as the caller named it.
struct FieldError {
  std::string field;
  std::string code;
};

/// A problem that a person can be told about. `code` is stable (contract, section 3) and is also
/// the key of its text in the catalogues (`problem.<code>`); `values` fill the text's {names}.
struct Problem {
  Trouble trouble = Trouble::internal;
  std::string code;
  std::vector<FieldError> errors{};
  int retry_after_s = 0;
  std::vector<std::pair<std::string, std::string>> values{};
};

template <class T>
using Result = tl::expected<T, Problem>;

inline tl::unexpected<Problem> fail(Trouble trouble, std::string code) {
  return tl::unexpected<Problem>(Problem{trouble, std::move(code), {}, 0, {}});
}

inline tl::unexpected<Problem> fail(Problem problem) {
  return tl::unexpected<Problem>(std::move(problem));
}

}  // namespace mekenjai::base
