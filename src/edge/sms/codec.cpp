#include "edge/sms/codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace mekenjai::edge::sms {
namespace {

// Sizes with the closing 00 (SMPP 3.4, 4 and 5.2).
constexpr std::size_t kSystemIdSize = 16;
constexpr std::size_t kPasswordSize = 9;
constexpr std::size_t kSystemTypeSize = 13;
constexpr std::size_t kRangeSize = 41;
constexpr std::size_t kServiceTypeSize = 6;
constexpr std::size_t kAddressSize = 21;
constexpr std::size_t kDataSmAddressSize = 65;
constexpr std::size_t kTimeSize = 17;
constexpr std::size_t kMessageIdSize = 65;

std::uint8_t octet(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint32_t number32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(octet(bytes, at)) << 24 |
         static_cast<std::uint32_t>(octet(bytes, at + 1)) << 16 |
         static_cast<std::uint32_t>(octet(bytes, at + 2)) << 8 | octet(bytes, at + 3);
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out), start_(out.size()) {}

  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::size_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value));
  }
  void u32(std::uint32_t value) {
    u16(value >> 16);
    u16(value & 0xFFFF);
  }
  void bytes(std::string_view value) { out_.append(value); }
  void cstring(std::string_view value, std::size_t size) {
    out_.append(value.substr(0, size - 1));
    u8(0);
  }
  void address(const Address& value, std::size_t size) {
    u8(value.ton);
    u8(value.npi);
    cstring(value.digits, size);
  }
  void tlvs(const std::vector<Tlv>& values) {
    for (const Tlv& tlv : values) {
      u16(tlv.tag);
      u16(std::min<std::size_t>(tlv.value.size(), 0xFFFF));
      bytes(std::string_view(tlv.value).substr(0, 0xFFFF));
    }
  }
  void finish() {
    const auto length = static_cast<std::uint32_t>(out_.size() - start_);
    for (std::size_t i = 0; i < 4; ++i) {
      out_[start_ + i] = static_cast<char>(length >> (24 - 8 * i));
    }
  }

 private:
  std::string& out_;
  std::size_t start_;
};

void write_message(Writer& out, std::uint32_t command, const ShortMessage& message) {
  const bool data_sm = command == command::kDataSm;
  const std::size_t address_size = data_sm ? kDataSmAddressSize : kAddressSize;
  out.cstring(message.service_type, kServiceTypeSize);
  out.address(message.source, address_size);
  out.address(message.destination, address_size);
  out.u8(message.esm_class);
  if (data_sm) {
    out.u8(message.registered_delivery);
    out.u8(message.data_coding);
  } else {
    out.u8(message.protocol_id);
    out.u8(message.priority);
    out.cstring(message.schedule_time, kTimeSize);
    out.cstring(message.validity_period, kTimeSize);
    out.u8(message.registered_delivery);
    out.u8(message.replace_if_present);
    out.u8(message.data_coding);
    out.u8(message.default_message_id);
    const std::string_view text =
        std::string_view(message.short_message).substr(0, kMaxShortMessage);
    out.u8(static_cast<std::uint8_t>(text.size()));
    out.bytes(text);
  }
  out.tlvs(message.tlvs);
}

// Reads fields one after another; the first that does not fit decides the status, and all later
// reads give empty values.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t u8() {
    if (!need(1)) return 0;
    return octet(bytes_, at_++);
  }
  std::string_view take(std::size_t count, std::uint32_t otherwise) {
    if (!need(count, otherwise)) return {};
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::string cstring(std::size_t size, std::uint32_t otherwise) {
    if (status_ != status::kOk) return {};
    const std::size_t end = bytes_.substr(at_, size).find('\0');
    if (end == std::string_view::npos) {
      status_ = bytes_.size() - at_ < size ? status::kInvalidCommandLength : otherwise;
      return {};
    }
    std::string text(bytes_.substr(at_, end));
    at_ += end + 1;
    return text;
  }
  Address address(std::size_t size, std::uint32_t otherwise) {
    Address address;
    address.ton = u8();
    address.npi = u8();
    address.digits = cstring(size, otherwise);
    return address;
  }
  std::vector<Tlv> tlvs() {
    std::vector<Tlv> found;
    while (status_ == status::kOk && at_ < bytes_.size()) {
      const std::string_view head = take(4, status::kInvalidTlvStream);
      if (head.empty()) break;
      const std::size_t length = static_cast<std::size_t>(octet(head, 2)) << 8 | octet(head, 3);
      const std::string_view value = take(length, status::kInvalidTlvLength);
      const auto tag = static_cast<std::uint16_t>(octet(head, 0) << 8 | octet(head, 1));
      found.push_back(Tlv{tag, std::string(value)});
    }
    return found;
  }
  std::uint32_t status() const { return status_; }

 private:
  bool need(std::size_t count, std::uint32_t otherwise = status::kInvalidCommandLength) {
    if (status_ == status::kOk && bytes_.size() - at_ < count) status_ = otherwise;
    return status_ == status::kOk;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint32_t status_ = status::kOk;
};

Bind read_bind(Reader& in) {
  Bind bind;
  bind.system_id = in.cstring(kSystemIdSize, status::kInvalidSystemId);
  bind.password = in.cstring(kPasswordSize, status::kInvalidPassword);
  bind.system_type = in.cstring(kSystemTypeSize, status::kInvalidSystemType);
  bind.interface_version = in.u8();
  bind.range = in.address(kRangeSize, status::kBindFailed);
  return bind;
}

ShortMessage read_message(Reader& in, bool data_sm) {
  const std::size_t address_size = data_sm ? kDataSmAddressSize : kAddressSize;
  ShortMessage message;
  message.service_type = in.cstring(kServiceTypeSize, status::kInvalidServiceType);
  message.source = in.address(address_size, status::kInvalidSource);
  message.destination = in.address(address_size, status::kInvalidDestination);
  message.esm_class = in.u8();
  if (data_sm) {
    message.registered_delivery = in.u8();
    message.data_coding = in.u8();
  } else {
    message.protocol_id = in.u8();
    message.priority = in.u8();
    message.schedule_time = in.cstring(kTimeSize, status::kInvalidSchedule);
    message.validity_period = in.cstring(kTimeSize, status::kInvalidExpiry);
    message.registered_delivery = in.u8();
    message.replace_if_present = in.u8();
    message.data_coding = in.u8();
    message.default_message_id = in.u8();
    const std::size_t length = in.u8();
    message.short_message = in.take(length, status::kInvalidMessageLength);
  }
  message.tlvs = in.tlvs();
  return message;
}

enum class Shape { empty, bind, bind_response, message, message_response, unknown };

Shape shape_of(std::uint32_t command) {
  const bool response = (command & command::kResponse) != 0;
  switch (command & ~command::kResponse) {
    case command::kBindReceiver:
    case command::kBindTransmitter:
    case command::kBindTransceiver:
      return response ? Shape::bind_response : Shape::bind;
    case command::kSubmitSm:
    case command::kDeliverSm:
    case command::kDataSm:
      return response ? Shape::message_response : Shape::message;
    case command::kUnbind:
    case command::kEnquireLink:
      return Shape::empty;
    case command::kGenericNack & ~command::kResponse:
      return response ? Shape::empty : Shape::unknown;
    case command::kAlertNotification:
      return response ? Shape::unknown : Shape::empty;
    default:
      return Shape::unknown;
  }
}

// Parts of a user data header: the one element that joins parts, with 8 or 16 bits of reference.
void read_header(std::string_view header, Segment& segment) {
  std::size_t at = 0;
  while (at + 2 <= header.size()) {
    const std::uint8_t kind = octet(header, at);
    const std::size_t length = octet(header, at + 1);
    if (at + 2 + length > header.size()) return;
    const std::string_view value = header.substr(at + 2, length);
    if (kind == 0x00 && length == 3) {
      segment.reference = octet(value, 0);
      segment.total = octet(value, 1);
      segment.index = octet(value, 2);
    } else if (kind == 0x08 && length == 4) {
      segment.reference =
          0x10000U | static_cast<std::uint32_t>(octet(value, 0)) << 8 | octet(value, 1);
      segment.total = octet(value, 2);
      segment.index = octet(value, 3);
    }
    at += 2 + length;
  }
}

std::string_view field_of(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  return rest.substr(0, rest.find(' '));
}

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 8> kStates{{
    {"ENROUTE", 1},
    {"DELIVRD", 2},
    {"EXPIRED", 3},
    {"DELETED", 4},
    {"UNDELIV", 5},
    {"ACCEPTD", 6},
    {"UNKNOWN", 7},
    {"REJECTD", 8},
}};

}  // namespace

bool is_known_command(std::uint32_t command) { return shape_of(command) != Shape::unknown; }

void append(std::string& out, const Pdu& pdu) {
  Writer writer(out);
  writer.u32(0);
  writer.u32(pdu.command);
  writer.u32(pdu.status);
  writer.u32(pdu.sequence);
  if (const auto* bind = std::get_if<Bind>(&pdu.body)) {
    writer.cstring(bind->system_id, kSystemIdSize);
    writer.cstring(bind->password, kPasswordSize);
    writer.cstring(bind->system_type, kSystemTypeSize);
    writer.u8(bind->interface_version);
    writer.address(bind->range, kRangeSize);
  } else if (const auto* answer = std::get_if<BindResponse>(&pdu.body)) {
    writer.cstring(answer->system_id, kSystemIdSize);
    writer.tlvs(answer->tlvs);
  } else if (const auto* message = std::get_if<ShortMessage>(&pdu.body)) {
    write_message(writer, pdu.command, *message);
  } else if (const auto* response = std::get_if<MessageResponse>(&pdu.body)) {
    writer.cstring(response->message_id, kMessageIdSize);
    writer.tlvs(response->tlvs);
  }
  writer.finish();
}

std::string encode_pdu(const Pdu& pdu) {
  std::string out;
  append(out, pdu);
  return out;
}

tl::expected<Pdu, Malformed> decode_pdu(std::string_view frame) {
  if (frame.size() < kHeaderSize) {
    return tl::unexpected(Malformed{0, status::kInvalidCommandLength, 0});
  }
  Pdu pdu;
  pdu.command = number32(frame, 4);
  pdu.status = number32(frame, 8);
  pdu.sequence = number32(frame, 12);
  if (number32(frame, 0) != frame.size()) {
    return tl::unexpected(Malformed{pdu.command, status::kInvalidCommandLength, pdu.sequence});
  }
  Reader in(frame.substr(kHeaderSize));
  const bool bare = frame.size() == kHeaderSize;
  switch (shape_of(pdu.command)) {
    case Shape::bind:
      pdu.body = read_bind(in);
      break;
    case Shape::message:
      pdu.body = read_message(in, pdu.command == command::kDataSm);
      break;
    case Shape::bind_response: {
      BindResponse answer;
      if (!bare) {
        answer.system_id = in.cstring(kSystemIdSize, status::kInvalidSystemId);
        answer.tlvs = in.tlvs();
      }
      pdu.body = std::move(answer);
      break;
    }
    case Shape::message_response: {
      MessageResponse answer;
      if (!bare) {
        answer.message_id = in.cstring(kMessageIdSize, status::kUnknownError);
        answer.tlvs = in.tlvs();
      }
      pdu.body = std::move(answer);
      break;
    }
    case Shape::empty:
    case Shape::unknown:
      break;
  }
  if (in.status() != status::kOk) {
    return tl::unexpected(Malformed{pdu.command, in.status(), pdu.sequence});
  }
  return pdu;
}

void Framer::feed(std::string_view bytes) {
  if (read_ > 0) {
    buffer_.erase(0, read_);
    read_ = 0;
  }
  buffer_.append(bytes);
}

std::optional<std::string_view> Framer::next() {
  if (broken_ || buffer_.size() - read_ < 4) return std::nullopt;
  const std::size_t length = number32(buffer_, read_);
  if (length < kHeaderSize || length > kMaxPduSize) {
    broken_ = true;
    return std::nullopt;
  }
  if (buffer_.size() - read_ < length) return std::nullopt;
  const std::string_view frame = std::string_view(buffer_).substr(read_, length);
  read_ += length;
  return frame;
}

const std::string* find_tlv(const std::vector<Tlv>& tlvs, std::uint16_t tag) {
  const auto found =
      std::find_if(tlvs.begin(), tlvs.end(), [&](const Tlv& t) { return t.tag == tag; });
  return found == tlvs.end() ? nullptr : &found->value;
}

Segment segment_of(const ShortMessage& message) {
  Segment segment;
  segment.data_coding = message.data_coding;
  const std::string* payload = find_tlv(message.tlvs, tag::kMessagePayload);
  std::string_view octets = message.short_message;
  if (octets.empty() && payload != nullptr) octets = *payload;
  if ((message.esm_class & kEsmUdh) != 0 && !octets.empty()) {
    const std::size_t length = octet(octets, 0);
    if (length + 1 <= octets.size()) {
      read_header(octets.substr(1, length), segment);
      octets.remove_prefix(length + 1);
    }
  }
  const std::string* reference = find_tlv(message.tlvs, tag::kSarReference);
  const std::string* total = find_tlv(message.tlvs, tag::kSarTotal);
  const std::string* index = find_tlv(message.tlvs, tag::kSarSequence);
  if (reference != nullptr && reference->size() == 2 && total != nullptr && total->size() == 1 &&
      index != nullptr && index->size() == 1) {
    segment.reference =
        0x20000U | static_cast<std::uint32_t>(octet(*reference, 0)) << 8 | octet(*reference, 1);
    segment.total = octet(*total, 0);
    segment.index = octet(*index, 0);
  }
  if (segment.total < 2 || segment.index < 1 || segment.index > segment.total) {
    segment.total = 1;
    segment.index = 1;
  }
  segment.octets = octets;
  return segment;
}

std::string concatenation_header(std::uint8_t reference, std::uint8_t total, std::uint8_t index) {
  return {'\x05',
          '\x00',
          '\x03',
          static_cast<char>(reference),
          static_cast<char>(total),
          static_cast<char>(index)};
}

std::string validity_period(std::int64_t seconds) {
  if (seconds <= 0) return {};
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t s = std::min(seconds, 99 * kDay);
  return fmt::format("0000{:02}{:02}{:02}{:02}000R", s / kDay, s / 3600 % 24, s / 60 % 60, s % 60);
}

bool is_receipt(const ShortMessage& message) {
  return (message.esm_class & kEsmTypeMask) == kEsmReceipt;
}

ReceiptFields receipt_fields(const ShortMessage& message) {
  ReceiptFields fields;
  if (const std::string* id = find_tlv(message.tlvs, tag::kReceiptedMessageId)) {
    fields.message_id = id->substr(0, id->find('\0'));
  }
  const std::string* state = find_tlv(message.tlvs, tag::kMessageState);
  if (state != nullptr && state->size() == 1) fields.state = octet(*state, 0);

  const Segment segment = segment_of(message);
  const std::string_view text = segment.octets;
  if (fields.message_id.empty()) {
    fields.message_id = field_of(text, "id:");
    fields.id_from_text = true;
  }
  if (fields.state == 0) {
    const std::string_view word = field_of(text, "stat:");
    const auto* found = std::find_if(kStates.begin(), kStates.end(),
                                     [&](const auto& s) { return s.first == word; });
    if (found != kStates.end()) fields.state = found->second;
  }
  return fields;
}

std::string receipt_text(std::string_view message_id, std::uint8_t state,
                         std::string_view minutes) {
  const auto* found = std::find_if(kStates.begin(), kStates.end(),
                                   [&](const auto& s) { return s.second == state; });
  return fmt::format("id:{} sub:001 dlvrd:{} submit date:{} done date:{} stat:{} err:000 text:",
                     message_id, state == 2 ? "001" : "000", minutes, minutes,
                     found == kStates.end() ? "UNKNOWN" : found->first);
}

}  // namespace mekenjai::edge::sms
