// Digital signatures in the life of an application: examined before the transaction, kept with their proof inside it.
// What nobody can tell about is kept too and examined again: never a yes, never a refusal.
#pragma once

#include <optional>
#include <string>

#include "edge/eds/examiner.hpp"
#include "flow/eds.hpp"
#include "flow/steps.hpp"
#include "store/signatures.hpp"

namespace mekenjai::flow {

/// A signature that was examined, on its way into the store.
struct Received {
  std::string id;        // its own, new
  Iin iin;               // whose it has to be
  std::string document;  // what had to be signed: canonical JSON
  std::string format;    // cms, xml
  Instant received_at;
  edge::eds::Examined examined;

  bool valid() const { return examined.verdict.answer() == edge::eds::Answer::valid; }
};

/// What a person's signature under a document of ours has to be. `format`: "cms" over its bytes, or "xml" enveloped in the
/// element that stands for it.
edge::eds::Expectation document_expectation(const EdsWays& eds, const std::string& document, std::string_view format,
                                            const Iin& iin);

/// Row A6: 422 bad_signature with the contract's word.
base::Problem bad_signature(std::string_view reason);

/// Whether one and the same person made all of it, and which: from the certificate that verified, and nothing else.
std::optional<Iin> signer_of(const edge::eds::Examined& examined);

/// The full names of the registrants; nothing where the register is silent.
std::optional<std::vector<std::string>> registrant_names(edge::registers::Registers& registers,
                                                         const std::vector<store::RegistrantRow>& registrants);
/// The document that stands for an answer to a consent request. `names`: of the registrants, as the person was shown them.
Document consent_document(const store::ConsentRow& consent, const store::ApplicationRow& application,
                          const std::vector<std::string>& names, domain::Answer answer);

/// The applicant's signature by EDS. One that nobody can tell about leaves the application in `checking`.
base::Result<Nothing> sign_by_eds(Step& step, const Iin& applicant, const std::string& application_id,
                                  const Received& received, Gathered& gathered);

/// An answer to a consent request by EDS; likewise.
base::Result<Nothing> answer_by_eds(Step& step, const store::ConsentRow& consent, domain::Answer answer,
                                    const Received& received, Gathered& gathered);

/// What became of a signature that was examined again.
void finish_check(Step& step, const std::string& signature_id, edge::eds::Examined examined, Gathered& gathered,
                  const PersonCard& signer);

/// A signature counts once: problem where one of the same value is kept already.
std::optional<base::Problem> repeated(Step& step, const Received& received);
/// Puts the signature beside the journal.
void keep(Step& step, const Received& received, const std::string& application, const std::string& consent = {},
          std::optional<domain::Answer> answer = {});
/// For the event: which signature, and the digest of what was received.
boost::json::object evidence_of(const Received& received);

}  // namespace mekenjai::flow
