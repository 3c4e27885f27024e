// Pages of Kazakh in Latin letters: what handlers fill in, names and addresses of registers, is
// written so, too.
#pragma once

#include <string>

namespace mekenjai::pages {

/// A template whose variables come out in Latin letters: those of the text and of attributes that
/// people read. As they are stay values of fields, addresses, the exact text of a document (<pre>)
/// and whatever an element says to be in no certain language (lang="und", "mul", "zxx").
std::string with_latin_values(std::string_view html);

}  // namespace mekenjai::pages
