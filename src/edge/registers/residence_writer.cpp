#include "edge/registers/residence_writer.hpp"

#include "edge/registers/packing.hpp"

namespace mekenjai::edge::registers {

ResidenceWriter::ResidenceWriter(store::sqlite::Database& database)
    : enter_(database.prepare(
          "INSERT INTO reg_residence(iin, rka, kind, from_day, entry, to_day, closed, application) "
          "SELECT ?1, ?2, ?3, ?4, 1 + COALESCE(MAX(entry), 0), ?5, ?6, ?7 FROM reg_residence "
          "WHERE iin = ?1 AND rka = ?2 AND kind = ?3 AND from_day = ?4")),
      close_(database.prepare(
          "UPDATE reg_residence SET was_to = to_day, to_day = ?2, closed = 1, closed_by = ?3 "
          "WHERE iin = ?1 AND kind = 0 AND closed = 0 AND (to_day = 0 OR to_day >= ?2)")),
      remove_(database.prepare(
          "DELETE FROM reg_residence INDEXED BY reg_residence_entered WHERE entry > 0")),
      reopen_(database.prepare("UPDATE reg_residence INDEXED BY reg_residence_closed "
                               "SET to_day = was_to, was_to = NULL, closed = 0, closed_by = NULL "
                               "WHERE closed_by IS NOT NULL")) {}

void ResidenceWriter::enter(const domain::Residence& residence, std::string_view application_id) {
  enter_
      .with(packed(residence.iin), packed(residence.rka), static_cast<int>(residence.kind),
            packed_day(residence.from), packed_day(residence.to), residence.closed, application_id)
      .run();
}

void ResidenceWriter::close_permanent(const domain::Iin& iin, domain::Date day,
                                      std::string_view application_id) {
  close_.with(packed(iin), packed_day(day), application_id).run();
}

void ResidenceWriter::clear_service_entries() {
  remove_.with().run();
  reopen_.with().run();
}

}  // namespace mekenjai::edge::registers
