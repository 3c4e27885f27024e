// The PDUs of SMPP 3.4 as values and as bytes. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

namespace mekenjai::edge::sms {

/// Command identifiers (SMPP 3.4, 5.1.2.1). A response is the request with the top bit set.
namespace command {
inline constexpr std::uint32_t kResponse = 0x80000000;
inline constexpr std::uint32_t kGenericNack = 0x80000000;
inline constexpr std::uint32_t kBindReceiver = 0x01;
inline constexpr std::uint32_t kBindTransmitter = 0x02;
inline constexpr std::uint32_t kSubmitSm = 0x04;
inline constexpr std::uint32_t kDeliverSm = 0x05;
inline constexpr std::uint32_t kUnbind = 0x06;
inline constexpr std::uint32_t kBindTransceiver = 0x09;
inline constexpr std::uint32_t kEnquireLink = 0x15;
inline constexpr std::uint32_t kAlertNotification = 0x102;
inline constexpr std::uint32_t kDataSm = 0x103;
}  // namespace command

/// command_status (SMPP 3.4, 5.1.3), as far as we send it or act on it.
namespace status {
inline constexpr std::uint32_t kOk = 0x00;
inline constexpr std::uint32_t kInvalidMessageLength = 0x01;
inline constexpr std::uint32_t kInvalidCommandLength = 0x02;
inline constexpr std::uint32_t kInvalidCommand = 0x03;
inline constexpr std::uint32_t kInvalidBindState = 0x04;
inline constexpr std::uint32_t kAlreadyBound = 0x05;
inline constexpr std::uint32_t kSystemError = 0x08;
inline constexpr std::uint32_t kInvalidSource = 0x0A;
inline constexpr std::uint32_t kInvalidDestination = 0x0B;
inline constexpr std::uint32_t kBindFailed = 0x0D;
inline constexpr std::uint32_t kInvalidPassword = 0x0E;
inline constexpr std::uint32_t kInvalidSystemId = 0x0F;
inline constexpr std::uint32_t kMessageQueueFull = 0x14;
inline constexpr std::uint32_t kInvalidServiceType = 0x15;
inline constexpr std::uint32_t kSubmitFailed = 0x45;
inline constexpr std::uint32_t kInvalidSystemType = 0x53;
inline constexpr std::uint32_t kThrottled = 0x58;
inline constexpr std::uint32_t kInvalidSchedule = 0x61;
inline constexpr std::uint32_t kInvalidExpiry = 0x62;
inline constexpr std::uint32_t kTemporaryAppError = 0x64;
inline constexpr std::uint32_t kInvalidTlvStream = 0xC0;
inline constexpr std::uint32_t kInvalidTlvLength = 0xC2;
inline constexpr std::uint32_t kUnknownError = 0xFF;
}  // namespace status

/// Optional parameters (SMPP 3.4, 5.3.2).
namespace tag {
inline constexpr std::uint16_t kReceiptedMessageId = 0x001E;
inline constexpr std::uint16_t kSarReference = 0x020C;
inline constexpr std::uint16_t kSarTotal = 0x020E;
inline constexpr std::uint16_t kSarSequence = 0x020F;
inline constexpr std::uint16_t kInterfaceVersion = 0x0210;
inline constexpr std::uint16_t kMessagePayload = 0x0424;
inline constexpr std::uint16_t kMessageState = 0x0427;
}  // namespace tag

inline constexpr std::size_t kHeaderSize = 16;
/// Longer PDUs are refused by closing the connection.
inline constexpr std::size_t kMaxPduSize = 64 * 1024;
/// The most that short_message holds (SMPP 3.4, 4.4.1); more goes into message_payload.
inline constexpr std::size_t kMaxShortMessage = 254;
/// User data header present (SMPP 3.4, 5.2.12).
inline constexpr std::uint8_t kEsmUdh = 0x40;
inline constexpr std::uint8_t kEsmReceipt = 0x04;
inline constexpr std::uint8_t kEsmTypeMask = 0x3C;
inline constexpr std::uint8_t kInterfaceVersion34 = 0x34;

/// Type and plan of number (SMPP 3.4, 5.2.5 and 5.2.6).
struct Address {
  std::uint8_t ton = 0;
  std::uint8_t npi = 0;
  std::string digits;
  bool operator==(const Address&) const = default;
};

struct Tlv {
  std::uint16_t tag = 0;
  std::string value;
  bool operator==(const Tlv&) const = default;
};

/// bind_receiver, bind_transmitter, bind_transceiver (4.1).
struct Bind {
  std::string system_id;
  std::string password;
  std::string system_type;
  std::uint8_t interface_version = kInterfaceVersion34;
  Address range;
  bool operator==(const Bind&) const = default;
};

struct BindResponse {
  std::string system_id;
  std::vector<Tlv> tlvs;
  bool operator==(const BindResponse&) const = default;
};

/// submit_sm (4.4), deliver_sm (4.6) and data_sm (4.7; it has fewer fields and no short_message).
struct ShortMessage {
  std::string service_type;
  Address source;
  Address destination;
  std::uint8_t esm_class = 0;
  std::uint8_t protocol_id = 0;
  std::uint8_t priority = 0;
  std::string schedule_time;
  std::string validity_period;
  std::uint8_t registered_delivery = 0;
  std::uint8_t replace_if_present = 0;
  std::uint8_t data_coding = 0;
  std::uint8_t default_message_id = 0;
  std::string short_message;
  std::vector<Tlv> tlvs;
  bool operator==(const ShortMessage&) const = default;
};

struct MessageResponse {
  std::string message_id;
  std::vector<Tlv> tlvs;
  bool operator==(const MessageResponse&) const = default;
};

/// Nothing after the header: enquire_link, unbind, generic_nack, and commands that we do not know.
struct Empty {
  bool operator==(const Empty&) const = default;
};

struct Pdu {
  std::uint32_t command = 0;
  std::uint32_t status = 0;
  std::uint32_t sequence = 0;
  std::variant<Empty, Bind, BindResponse, ShortMessage, MessageResponse> body = Empty{};
  bool operator==(const Pdu&) const = default;
};

/// A PDU whose header could be read and whose body could not; `status` is what to answer.
struct Malformed {
  std::uint32_t command = 0;
  std::uint32_t status = 0;
  std::uint32_t sequence = 0;
};

/// Whether we know the command, as request or as response.
bool is_known_command(std::uint32_t command);

/// Appends the PDU's bytes. Strings are cut to what their fields hold (SMPP 3.4, 4 and 5.2).
void append(std::string& out, const Pdu& pdu);
std::string encode_pdu(const Pdu& pdu);
/// Reads one whole PDU, as `Framer` gives it. A response may be the bare header, whatever its
/// status.
tl::expected<Pdu, Malformed> decode_pdu(std::string_view frame);

/// Cuts a stream into PDUs, however the bytes come.
class Framer {
 public:
  void feed(std::string_view bytes);
  /// The next whole PDU, valid until the next `feed`; nothing where it has not come yet.
  std::optional<std::string_view> next();
  /// A length below 16 or above `kMaxPduSize` was announced: close the connection.
  bool broken() const { return broken_; }

 private:
  std::string buffer_;
  std::size_t read_ = 0;
  bool broken_ = false;
};

const std::string* find_tlv(const std::vector<Tlv>& tlvs, std::uint16_t tag);

/// One part of a text, by user data header, by sar_* or whole, with or without message_payload.
struct Segment {
  std::uint32_t reference = 0;
  std::uint8_t total = 1;  // 1 = the message is whole
  std::uint8_t index = 1;  // from 1
  std::uint8_t data_coding = 0;
  std::string octets;  // without the header
};
Segment segment_of(const ShortMessage& message);

/// `05 00 03 ref total index`: the header that joins parts (3GPP 23.040, 9.2.3.24.1).
std::string concatenation_header(std::uint8_t reference, std::uint8_t total, std::uint8_t index);

/// A relative validity_period, `000000010000000R` = one hour (SMPP 3.4, 7.1.1.1); "" for 0 and
/// less. Longer than 99 days is sent as 99 days.
std::string validity_period(std::int64_t seconds);

/// What a receipt says, from its TLVs first, from its text otherwise (SMPP 3.4, appendix B).
struct ReceiptFields {
  std::string message_id;
  std::uint8_t state = 0;  // 5.2.28; 0 = not said
  bool id_from_text = false;
};
bool is_receipt(const ShortMessage& message);
ReceiptFields receipt_fields(const ShortMessage& message);

/// The text of a receipt as appendix B has it; `minutes` are YYMMDDhhmm.
std::string receipt_text(std::string_view message_id, std::uint8_t state, std::string_view minutes);

}  // namespace mekenjai::edge::sms
