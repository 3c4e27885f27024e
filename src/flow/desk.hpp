// The SMS desk: what phones write to 1414, and what becomes of what we sent (rows G1 to G4, G8, G9).
#pragma once

#include <functional>
#include <string>

#include "flow/engine.hpp"

namespace mekenjai::flow {

class Desk {
 public:
  explicit Desk(Engine& engine) : engine_(engine), hours_(engine.ledger()) {}

  /// A message from a phone. `stored(true)` once everything it caused is durable; false where it must come again.
  void received(std::string from, std::string text, std::function<void(bool stored)> stored);

 private:
  Engine& engine_;
  const Ledger& hours_;  // only asked whether the hours run
};

}  // namespace mekenjai::flow
