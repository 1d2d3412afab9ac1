// post_webhook CONFIG ENDPOINT MESSAGE < BODY: posts one message as the daemon would, and prints what became
// of it.

#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>

#include "base/curl_http_client.h"
#include "base/json.h"
#include "config.h"
#include "handover/webhook.h"

using namespace latchkey;

int main(int count, char** words) {
  try {
    if (count != 4) throw std::runtime_error("expected CONFIG ENDPOINT MESSAGE");
    SystemClock clock;
    const handover::Webhooks webhooks(load_config(words[1]).webhooks, clock);
    const std::string body(std::istreambuf_iterator<char>(std::cin), {});
    CurlHttpClient http;
    const handover::PostResult result = webhooks.post({1, words[2], words[3], body}, http);
    const OrderedJson wait = result.wait ? OrderedJson(result.wait->count()) : OrderedJson(nullptr);
    std::cout << OrderedJson{{"delivered", result.delivered},
                             {"gone", result.gone},
                             {"waitMs", wait},
                             {"http", result.http},
                             {"error", result.error},
                             {"tookMs", result.took.count()}}
                     .dump()
              << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 3;
  }
}
