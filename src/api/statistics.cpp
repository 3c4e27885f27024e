// What the service tells everybody about itself. Open to all: nobody is in it.
#include <boost/json/array.hpp>

#include "api/address_text.hpp"
#include "api/views_json.hpp"
#include "domain/words.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;
using View = flow::StatisticsView;

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

Result<flow::StatisticsFilter> filter_of(const Request& request) {
  flow::StatisticsFilter filter;
  std::vector<base::FieldError> errors;
  if (const auto month = request.query_value("month")) {
    filter.month = flow::parse_month(*month);
    if (!filter.month) errors.push_back({"month", "bad_date"});
  }
  if (const auto region = request.query_value("region")) {
    filter.region = flow::parse_region(*region);
    if (!filter.region) errors.push_back({"region", "unknown_value"});
  }
  if (!errors.empty()) return base::fail(base::wrong_fields(std::move(errors)));
  return filter;
}

json::object reasons_of(const View::Ranking<View::OfCode>& ranking, const Api& api,
                        const Request& request) {
  json::array items;
  for (const View::OfCode& item : ranking.items) {
    const std::string_view code = rules::word(item.code);
    const std::string_view text =
        api.context.catalog.text(request.language, fmt::format("statistics.code.{}", code));
    items.push_back(json::object{{"code", json::string(code)},
                                 {"text", json::string(text)},
                                 {"applications", item.applications}});
  }
  return {{"items", std::move(items)}, {"others", or_null(ranking.others)}};
}

json::object regions_of(const View::Ranking<View::OfRegion>& ranking, const Request& request) {
  json::array items;
  for (const View::OfRegion& item : ranking.items) {
    items.push_back(json::object{{"region", flow::format_region(item.region)},
                                 {"name", region_text(item.name, request.language)},
                                 {"applications", item.applications}});
  }
  return {{"items", std::move(items)}, {"others", or_null(ranking.others)}};
}

json::object in_json(const View& view, const Api& api, const Request& request) {
  json::array months;
  for (const View::OfMonth& month : view.months) {
    months.push_back(json::object{{"month", flow::format_month(month.month)},
                                  {"applications", or_null(month.applications)}});
  }
  return {
      {"month", view.filter.month ? json::value(flow::format_month(*view.filter.month)) : nullptr},
      {"region", view.filter.region ? json::value(flow::format_region(*view.filter.region)) : nullptr},
      {"counted_at", base::format_rfc3339(view.counted_at)},
      {"rounded_down_to", flow::kSmallestNumber},
      {"applications", or_null(view.applications)},
      {"without_staff_percent", or_null(view.without_staff_percent)},
      {"median_seconds", or_null(view.median_s)},
      {"outcomes", json::object{{"registered", or_null(view.registered)},
                                {"rejected", or_null(view.rejected)},
                                {"sent_to_psc", or_null(view.sent_to_psc)},
                                {"withdrawn", or_null(view.withdrawn)},
                                {"open", or_null(view.open)}}},
      {"months", std::move(months)},
      {"reasons", reasons_of(view.reasons, api, request)},
      {"centre_reasons", reasons_of(view.centre_reasons, api, request)},
      {"regions", regions_of(view.regions, request)},
  };
}

Answer statistics(const Api& api, Request& request) {
  const Result<flow::StatisticsFilter> filter = filter_of(request);
  if (!filter) co_return refuse(api, request, filter.error());
  const flow::StatisticsFilter asked = *filter;
  const Result<std::shared_ptr<const View>> view = co_await api.service.statistics(asked);
  if (!view) co_return refuse(api, request, view.error());
  co_return reply(request, 200, in_json(**view, api, request));
}

}  // namespace

void add_statistics(Table& table) {
  table.add(Method::get, "/api/v1/statistics", Guard::open, statistics, kSmallBody,
            table.limiter(&http::RateLimiters::address_searches));
}

}  // namespace mekenjai::api
