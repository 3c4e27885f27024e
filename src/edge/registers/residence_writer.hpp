// What the service itself enters into the register of residences (rows H1 to H3).
#pragma once

#include <string_view>

#include "domain/registers.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::edge::registers {

/// Writes within the caller's transaction; throws StoreError. Every row that is entered or closed
/// here carries the application's id, and no import undoes it (import.hpp).
class ResidenceWriter {
 public:
  explicit ResidenceWriter(store::sqlite::Database& database);

  /// Enters a registration; one that is equal to an older one stands beside it.
  void enter(const domain::Residence& residence, std::string_view application_id);
  /// Ends every open permanent registration of the person: closed, to = `day` (row H1). Entering
  /// the new one comes after it.
  void close_permanent(const domain::Iin& iin, domain::Date day, std::string_view application_id);
  /// Removes all entries and opens again all that was closed, as the extracts had it: the journal
  /// is then told again.
  void clear_service_entries();

 private:
  store::sqlite::Statement enter_, close_, remove_, reopen_;
};

}  // namespace mekenjai::edge::registers
