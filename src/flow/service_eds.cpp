// The service's ways by digital signature: signing in, the container of what was signed, eGov Mobile.
#include "flow/service_impl.hpp"

namespace mekenjai::flow {
namespace {

using base::Trouble;

tl::unexpected<base::Problem> no_eds() { return base::fail(Trouble::unprocessable, "method_unavailable"); }

}  // namespace

Task<EdsChallenge> ServiceImpl::request_eds_challenge(std::string) { co_return no_eds(); }
Task<EdsSignIn> ServiceImpl::sign_in_eds(std::string, SignatureRequest, std::string, bool) { co_return no_eds(); }
Task<SignatureContainer> ServiceImpl::signature_container(Caller, std::string) { co_return no_eds(); }
Task<QrOffer> ServiceImpl::offer_qr(QrPurpose, std::string, std::string, std::optional<Caller>, std::string) {
  co_return no_eds();
}
Task<QrApi1> ServiceImpl::qr_opened(std::string) { co_return no_eds(); }
Task<QrApi2> ServiceImpl::qr_documents(std::string, std::string) { co_return no_eds(); }
Task<Done> ServiceImpl::qr_signed(std::string, std::string, std::string) { co_return no_eds(); }
Task<QrState> ServiceImpl::qr_state(std::string, std::string) { co_return no_eds(); }
Task<EdsSignIn> ServiceImpl::qr_sign_in(std::string, std::string, std::string, bool) { co_return no_eds(); }

}  // namespace mekenjai::flow
