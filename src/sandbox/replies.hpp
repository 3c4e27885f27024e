// How the sandbox's calls answer.
#pragma once

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "http/problem.hpp"

namespace mekenjai::sandbox {

inline http::Response reply(int status, const boost::json::value& body) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json; charset=utf-8";
  response.body = boost::json::serialize(body);
  return response;
}

inline http::Response refuse(const http::Request& request, const base::Problem& problem) {
  return http::problem_response(problem, request.language, i18n::Catalog::built_in());
}

}  // namespace mekenjai::sandbox
