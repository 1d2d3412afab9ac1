#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "base/curl_exchange.h"

using namespace latchkey;

namespace {

/// One address of those that a name has, as libcurl offers it for connecting.
curl_sockaddr offered(const char* text) {
  curl_sockaddr address{};
  address.socktype = SOCK_STREAM;
  address.protocol = IPPROTO_TCP;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.addr);
  BOOST_REQUIRE(inet_pton(AF_INET, text, &v4->sin_addr) == 1);
  v4->sin_family = AF_INET;
  address.family = AF_INET;
  address.addrlen = sizeof(sockaddr_in);
  return address;
}

/// Offers these addresses in turn; gives how many sockets there were. Nothing is connected to.
int sockets_for(CurlExchange& exchange, const std::vector<const char*>& addresses) {
  int count = 0;
  for (const char* text : addresses) {
    const curl_socket_t socket = exchange.open_socket(offered(text));
    if (socket == CURL_SOCKET_BAD) continue;
    BOOST_TEST((fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0, "a child process must not inherit it");
    close(socket);
    ++count;
  }
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(curl_exchange_tests)

BOOST_AUTO_TEST_CASE(opens_a_socket_for_any_address_unless_told_otherwise) {
  const std::atomic<bool> aborted{false};
  HttpRequest request;
  CurlExchange exchange(request, aborted);
  BOOST_TEST(sockets_for(exchange, {"127.0.0.1", "10.0.0.1", "8.8.8.8"}) == 3);
  BOOST_TEST(exchange.opened);
  BOOST_TEST(!exchange.forbidden);
}

BOOST_AUTO_TEST_CASE(opens_a_socket_only_for_the_public_addresses_of_a_name) {
  const std::atomic<bool> aborted{false};
  HttpRequest request;
  request.reach = Reach::PublicOnly;
  CurlExchange exchange(request, aborted);
  BOOST_TEST(sockets_for(exchange, {"127.0.0.1", "169.254.169.254", "0.0.0.0"}) == 0);
  BOOST_TEST(!exchange.opened);
  BOOST_TEST(exchange.forbidden);
  BOOST_TEST(sockets_for(exchange, {"192.168.0.1", "8.8.8.8", "1.1.1.1"}) == 2);
  BOOST_TEST(exchange.opened);
}

BOOST_AUTO_TEST_CASE(looks_at_the_peer_of_a_connection_before_writing_to_it) {
  const std::atomic<bool> aborted{false};
  HttpRequest request;
  request.reach = Reach::PublicOnly;
  for (const char* peer : {"127.0.0.1", "::1", "10.1.2.3", ""}) {
    CurlExchange exchange(request, aborted);
    BOOST_TEST(exchange.before_writing(peer) == CURL_PREREQFUNC_ABORT);
    BOOST_TEST(exchange.forbidden);
    BOOST_TEST(!exchange.answer.written);
  }
  for (const char* peer : {"8.8.8.8", "2606:4700:4700::1111"}) {
    CurlExchange exchange(request, aborted);
    BOOST_TEST(exchange.before_writing(peer) == CURL_PREREQFUNC_OK);
    BOOST_TEST(exchange.answer.written);
  }
}

BOOST_AUTO_TEST_SUITE_END()
