// `mekenjai journal verify` and `mekenjai journal rebuild`.
#pragma once

#include <string>

namespace mekenjai::app {

/// Prints the head's number and hash; exit code 0, or 1 with the first bad entry.
int journal_verify(const std::string& data);
/// Empties the state and makes it anew from the journal, in one transaction. Exit code.
int journal_rebuild(const std::string& data);

}  // namespace mekenjai::app
