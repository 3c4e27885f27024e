// SubjectPublicKeyInfo in the forms met in Kazakhstan, to the octet.
#pragma once

#include <string>
#include <string_view>

#include "edge/eds/crypto/keys.hpp"

namespace mekenjai::edge::eds::crypto {

/// The AlgorithmIdentifier of a key: its OID and its parameters, of which there is one form each.
const std::string& algorithm_identifier(KeyKind kind);
/// Of an AlgorithmIdentifier in DER.
std::optional<KeyKind> kind_of_identifier(std::string_view algorithm_identifier);

}  // namespace mekenjai::edge::eds::crypto
