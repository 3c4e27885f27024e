#include "journal/record.hpp"

namespace mekenjai::journal {

base::Sha256 hash_of(const Record& record) {
  // Keys in the order of RFC 8785; actor, type and application are plain ASCII words of ours.
  const std::string text = fmt::format(
      R"({{"actor":"{}","application":"{}","at":{},"payload":{},"previous":"{}","sequence":{},"type":"{}"}})",
      record.actor, record.application, record.at.time_since_epoch().count(), record.payload,
      base::to_hex(record.previous), record.sequence, record.type);
  return base::sha256(text);
}

base::Sha256 Chain::append(Record& record) {
  record.sequence = head_.sequence + 1;
  record.previous = head_.hash;
  head_ = {record.sequence, hash_of(record)};
  return head_.hash;
}

}  // namespace mekenjai::journal
