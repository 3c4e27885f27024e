// What a person may see of an application, a consent, a message: read on the pool, masked for him.
#pragma once

#include "flow/engine.hpp"
#include "flow/views.hpp"

namespace mekenjai::flow {

Address address_of(const domain::Dwelling& dwelling);
/// The dwelling's address; only the RKA where the register is silent or has none.
Address address_of(Reader& reader, const domain::Rka& rka);

ApplicationView present(Reader& reader, const store::ApplicationRow& application);
ConsentView present(Reader& reader, const store::ConsentRow& consent, const store::ApplicationRow& application);
/// A signature as its signer is shown it.
SignatureView present(const store::SignatureRow& signature);
MessageView present(Reader& reader, const store::MessageRow& message);

/// Problem `register_unavailable` (503) where the registers that name people are silent.
base::Result<MeView> me(Reader& reader, const Iin& iin, Instant now, const policy::Policy& policy);

}  // namespace mekenjai::flow
