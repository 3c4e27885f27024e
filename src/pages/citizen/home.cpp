// Home, the category and the service's page.
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

awaitable<Response> service_page(Visit& visit) {
  Page page(visit, "service");
  page.set("START", visit.query("kind") == "temporary" ? "/apply?kind=temporary" : "/apply");
  co_return page.done();
}

}  // namespace

void add_home(Table& table) {
  table.only({Channel::portal, Channel::kiosk});  // the app has a first screen of its own
  table.fixed("/", "home");
  table.everywhere();
  table.fixed("/citizens/migration", "category");
  table.get("/services/residence", Guard::open_page, service_page);
}

}  // namespace mekenjai::pages
