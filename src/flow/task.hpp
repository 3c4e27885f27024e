// What calls into the flow give back.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"

namespace mekenjai::flow {

template <class T>
using Task = boost::asio::awaitable<base::Result<T>>;

struct Done {};

}  // namespace mekenjai::flow
