// Asio's TLS once, apart from asio_impl.cc so that programs without TLS need not carry it.
#include <boost/asio/ssl/impl/src.hpp>
