// The page of the sandbox: people, phones, clock, registers. Its script talks to the JSON calls of
// /sandbox/…
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

awaitable<Response> sandbox_page(Visit& visit) {
  Page page(visit, "sandbox");
  for (const rules::Register which :
       {rules::Register::persons, rules::Register::dwellings, rules::Register::rights,
        rules::Register::leases, rules::Register::phones, rules::Register::residences}) {
    Dictionary* row = page.add("REGISTER");
    set(*row, "ID", rules::word(which));
    set(*row, "NAME", visit.text(fmt::format("page.register.{}", rules::word(which))));
  }
  constexpr std::string_view kPrefix = "page.sandbox.what.";
  for (const std::string_view key : visit.words.catalog().keys(visit.language)) {
    if (!key.starts_with(kPrefix)) continue;
    Dictionary* row = page.add("WHAT");
    set(*row, "ID", key.substr(kPrefix.size()));
    set(*row, "TEXT", visit.text(key));
  }
  page.set("NOW", visit.words.when(visit.words.now()));
  co_return page.done();
}

}  // namespace

void add_sandbox(Table& table) { table.get("/sandbox", Guard::open_page, sandbox_page); }

}  // namespace mekenjai::pages
