#include "edge/sms/codec.hpp"

#include <gmock/gmock.h>

#include "base/bytes.hpp"

namespace mekenjai::edge::sms {
namespace {

std::string bytes(std::string_view hex) { return *base::from_hex(hex); }
std::string hex(const Pdu& pdu) { return base::to_hex(encode_pdu(pdu)); }

// Bytes made by an implementation that is not ours (npm smpp 0.5.1).
constexpr std::string_view kBind =
    "0000002200000009000000000000000165736d653100736563726574000034000000";
constexpr std::string_view kEnquire = "00000010000000150000000000000002";
constexpr std::string_view kSubmitGsm =
    "0000003600000004000000000000000300030031343134000101373730313030303030303100000000000001000000"
    "06"
    "4f6b1b281b29";
constexpr std::string_view kSubmitUcs2 =
    "0000003a00000004000000000000000400030031343134000101373730313030303030303100400000000001000800"
    "0a"
    "0500031a0201041804d9";
constexpr std::string_view kDeliver =
    "0000003800000005000000000000000600010137373031303030303030310003003134313400000000000000000800"
    "08"
    "041804d900200031";
constexpr std::string_view kThrottledAnswer = "00000010800000040000005800000003";

ShortMessage to_phone() {
  ShortMessage message;
  message.source = Address{3, 0, "1414"};
  message.destination = Address{1, 1, "77010000001"};
  message.registered_delivery = 1;
  return message;
}

TEST(Codec, WritesAndReadsTheBytesOfAnotherImplementation) {
  Bind bind;
  bind.system_id = "esme1";
  bind.password = "secret";
  const Pdu bind_pdu{command::kBindTransceiver, 0, 1, bind};
  EXPECT_EQ(hex(bind_pdu), kBind);
  EXPECT_EQ(decode_pdu(bytes(kBind)).value(), bind_pdu);

  const Pdu enquire{command::kEnquireLink, 0, 2, Empty{}};
  EXPECT_EQ(hex(enquire), kEnquire);
  EXPECT_EQ(decode_pdu(bytes(kEnquire)).value(), enquire);

  ShortMessage ok = to_phone();
  ok.short_message = "Ok\x1b\x28\x1b\x29";
  const Pdu submit{command::kSubmitSm, 0, 3, ok};
  EXPECT_EQ(hex(submit), kSubmitGsm);
  EXPECT_EQ(decode_pdu(bytes(kSubmitGsm)).value(), submit);

  ShortMessage part = to_phone();
  part.esm_class = kEsmUdh;
  part.data_coding = 8;
  part.short_message = concatenation_header(0x1A, 2, 1) + bytes("041804d9");
  const Pdu first{command::kSubmitSm, 0, 4, part};
  EXPECT_EQ(hex(first), kSubmitUcs2);
  EXPECT_EQ(decode_pdu(bytes(kSubmitUcs2)).value(), first);

  ShortMessage reply;
  reply.source = Address{1, 1, "77010000001"};
  reply.destination = Address{3, 0, "1414"};
  reply.data_coding = 8;
  reply.short_message = bytes("041804d900200031");
  const Pdu deliver{command::kDeliverSm, 0, 6, reply};
  EXPECT_EQ(hex(deliver), kDeliver);
  EXPECT_EQ(decode_pdu(bytes(kDeliver)).value(), deliver);
}

TEST(Codec, AResponseMayBeTheBareHeader) {
  const Pdu read = decode_pdu(bytes(kThrottledAnswer)).value();
  EXPECT_EQ(read.command, command::kSubmitSm | command::kResponse);
  EXPECT_EQ(read.status, status::kThrottled);
  EXPECT_EQ(read.sequence, 3U);
  EXPECT_EQ(std::get<MessageResponse>(read.body).message_id, "");
  EXPECT_TRUE(decode_pdu(bytes("00000010800000090000000e00000001")).has_value());
}

TEST(Codec, EveryKindOfPduComesBackAsItWas) {
  ShortMessage payload = to_phone();
  payload.tlvs = {Tlv{tag::kMessagePayload, std::string(1000, 'x')},
                  Tlv{tag::kReceiptedMessageId, std::string("77\0", 3)}};
  ShortMessage data = payload;
  data.service_type = "CMT";
  const std::vector<Pdu> pdus{
      {command::kBindReceiver, 0, 1, Bind{"a", "b", "c", 0x34, Address{1, 1, "1414"}}},
      {command::kBindTransceiver | command::kResponse, 0, 1,
       BindResponse{"centre", {Tlv{tag::kInterfaceVersion, "\x34"}}}},
      {command::kSubmitSm, 0, 2, payload},
      {command::kDataSm, 0, 3, data},
      {command::kDataSm | command::kResponse, 0, 3, MessageResponse{"id", {}}},
      {command::kDeliverSm | command::kResponse, 0x64, 4, MessageResponse{}},
      {command::kUnbind, 0, 5, Empty{}},
      {command::kGenericNack, 3, 0, Empty{}},
  };
  for (const Pdu& pdu : pdus) EXPECT_EQ(decode_pdu(encode_pdu(pdu)).value(), pdu);
}

TEST(Codec, ADeliverAnswerCarriesOneZeroOctet) {
  const Pdu answer{command::kDeliverSm | command::kResponse, 0, 7, MessageResponse{}};
  EXPECT_EQ(hex(answer), "0000001180000005000000000000000700");
}

TEST(Codec, CutAtAnyOctetItRefusesAndNeverReadsBeyond) {
  ShortMessage rich = to_phone();
  rich.short_message = "text";
  rich.tlvs = {Tlv{tag::kSarReference, std::string(2, '\1')}, Tlv{tag::kMessageState, "\2"}};
  std::vector<std::string> whole{bytes(kBind),
                                 bytes(kSubmitGsm),
                                 bytes(kSubmitUcs2),
                                 bytes(kDeliver),
                                 encode_pdu(Pdu{command::kSubmitSm, 0, 1, rich}),
                                 encode_pdu(Pdu{command::kDataSm, 0, 1, rich})};
  for (const std::string& pdu : whole) {
    for (std::size_t length = 0; length < pdu.size(); ++length) {
      // On the heap, exactly so long, so that a sanitizer sees a read beyond the end.
      const std::vector<char> cut(pdu.begin(), pdu.begin() + static_cast<std::ptrdiff_t>(length));
      const std::string_view view(cut.data(), cut.size());
      EXPECT_FALSE(decode_pdu(view).has_value());
      // The same with a length that tells of the cut: fields end early.
      std::string honest(view);
      if (length < kHeaderSize) continue;
      honest[3] = static_cast<char>(length);
      honest[2] = 0;
      const auto read = decode_pdu(honest);
      EXPECT_TRUE(read.has_value() || read.error().status != status::kOk);
    }
  }
}

TEST(Codec, AnyOctetMayBeWrong) {
  for (const std::string_view golden : {kBind, kSubmitUcs2, kDeliver}) {
    const std::string pdu = bytes(golden);
    for (std::size_t at = 4; at < pdu.size(); ++at) {
      for (const int value : {0x00, 0x7F, 0x80, 0xFF}) {
        std::string wrong = pdu;
        wrong[at] = static_cast<char>(value);
        const auto read = decode_pdu(wrong);
        if (!read) continue;
        if (const auto* message = std::get_if<ShortMessage>(&read->body)) {
          (void)segment_of(*message);
          (void)receipt_fields(*message);
        }
      }
    }
  }
}

TEST(Codec, AFieldThatIsTooLongNamesItself) {
  std::string pdu = bytes(kBind);
  pdu.replace(16, 6, std::string(17, 'a') + '\0');
  pdu[3] = static_cast<char>(pdu.size());
  EXPECT_EQ(decode_pdu(pdu).error().status, status::kInvalidSystemId);
  EXPECT_EQ(decode_pdu(pdu).error().sequence, 1U);
}

TEST(Codec, StringsAreCutToTheirFields) {
  Bind bind;
  bind.system_id = std::string(40, 'i');
  bind.password = "longer than eight";
  const Pdu read = decode_pdu(encode_pdu(Pdu{command::kBindTransceiver, 0, 1, bind})).value();
  EXPECT_EQ(std::get<Bind>(read.body).system_id.size(), 15U);
  EXPECT_EQ(std::get<Bind>(read.body).password, "longer t");
}

TEST(Framer, PdusComeInPiecesAndGlued) {
  const std::string stream = bytes(kBind) + bytes(kEnquire) + bytes(kDeliver);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    Framer framer;
    std::vector<std::size_t> lengths;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      framer.feed(std::string_view(stream).substr(at, piece));
      while (const auto frame = framer.next()) lengths.push_back(frame->size());
    }
    EXPECT_THAT(lengths, testing::ElementsAre(0x22, 0x10, 0x38)) << piece;
    EXPECT_FALSE(framer.broken());
  }
}

TEST(Framer, LengthsOutOfBoundsBreakIt) {
  for (const std::string_view length : {"0000000f", "00000000", "00010001", "ffffffff"}) {
    Framer framer;
    framer.feed(bytes(length));
    EXPECT_FALSE(framer.next().has_value());
    EXPECT_TRUE(framer.broken()) << length;
  }
  Framer largest;
  largest.feed(bytes("00010000"));
  EXPECT_FALSE(largest.next().has_value());
  EXPECT_FALSE(largest.broken());
}

TEST(Segment, ReadsAllThreeWaysOfJoining) {
  ShortMessage header = to_phone();
  header.esm_class = kEsmUdh;
  header.short_message = concatenation_header(9, 3, 2) + "abc";
  EXPECT_EQ(segment_of(header).total, 3);
  EXPECT_EQ(segment_of(header).index, 2);
  EXPECT_EQ(segment_of(header).octets, "abc");

  ShortMessage wide = header;
  wide.short_message = bytes("0608041234") + bytes("0201") + "abc";
  EXPECT_EQ(segment_of(wide).total, 2);
  EXPECT_EQ(segment_of(wide).reference & 0xFFFF, 0x1234U);

  ShortMessage sar = to_phone();
  sar.short_message = "abc";
  sar.tlvs = {Tlv{tag::kSarReference, bytes("0007")}, Tlv{tag::kSarTotal, "\x02"},
              Tlv{tag::kSarSequence, "\x01"}};
  EXPECT_EQ(segment_of(sar).total, 2);
  EXPECT_EQ(segment_of(sar).octets, "abc");

  ShortMessage payload = to_phone();
  payload.tlvs = {Tlv{tag::kMessagePayload, "long"}};
  EXPECT_EQ(segment_of(payload).total, 1);
  EXPECT_EQ(segment_of(payload).octets, "long");
}

TEST(Segment, NonsenseIsAMessageOfItsOwn) {
  ShortMessage message = to_phone();
  message.esm_class = kEsmUdh;
  message.short_message = concatenation_header(1, 2, 3) + "abc";  // the third of two
  EXPECT_EQ(segment_of(message).total, 1);
  message.short_message = bytes("ff00");  // a header longer than the message
  EXPECT_EQ(segment_of(message).total, 1);
  message.short_message = bytes("0500ff0102");  // an element longer than its header
  EXPECT_EQ(segment_of(message).total, 1);
}

TEST(Receipt, TlvsGoBeforeText) {
  ShortMessage receipt;
  receipt.esm_class = kEsmReceipt;
  receipt.short_message =
      "id:123456 sub:001 dlvrd:001 submit date:2601020304 done date:2601020304 stat:UNDELIV "
      "err:000 text:";
  EXPECT_TRUE(is_receipt(receipt));
  EXPECT_EQ(receipt_fields(receipt).message_id, "123456");
  EXPECT_EQ(receipt_fields(receipt).state, 5);
  EXPECT_TRUE(receipt_fields(receipt).id_from_text);
  receipt.tlvs = {Tlv{tag::kReceiptedMessageId, std::string("1e240\0", 6)},
                  Tlv{tag::kMessageState, "\x02"}};
  EXPECT_EQ(receipt_fields(receipt).message_id, "1e240");
  EXPECT_EQ(receipt_fields(receipt).state, 2);
  EXPECT_FALSE(receipt_fields(receipt).id_from_text);
}

TEST(Receipt, OurOwnTextIsReadBack) {
  ShortMessage receipt;
  receipt.esm_class = kEsmReceipt;
  for (std::uint8_t state = 1; state <= 8; ++state) {
    receipt.short_message = receipt_text("42", state, "2611240915");
    EXPECT_EQ(receipt_fields(receipt).state, state);
  }
}

TEST(ValidityPeriod, IsRelative) {
  EXPECT_EQ(validity_period(3600), "000000010000000R");
  EXPECT_EQ(validity_period(300), "000000000500000R");
  EXPECT_EQ(validity_period(2 * 86400 + 61), "000002000101000R");
  EXPECT_EQ(validity_period(0), "");
  EXPECT_EQ(validity_period(86400LL * 400), "000099000000000R");
}

}  // namespace
}  // namespace mekenjai::edge::sms
