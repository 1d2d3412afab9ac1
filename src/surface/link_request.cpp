#include "surface/link_request.h"

#include <iostream>

#include "base/api_token.h"
#include "base/curl_http_client.h"
#include "base/json.h"
#include "base/time_text.h"
#include "surface/pause.h"

namespace latchkey::surface {
namespace {

constexpr Millis kWait{30'000};
constexpr Millis kTokenLife{60'000};

// Who may write the database may send: this call proves it by a token of its own, good for one use and one
// minute.
Secret make_token(StoreSession& session) {
  ApiToken made = make_api_token(session.random());
  session.write([&](engine::Context& context) {
    store::Token token;
    token.id = made.id;
    token.name = "send --wait";
    token.hash = api_token_hash(made.text.reveal());
    token.scopes = "send";
    token.actor = session.actor();
    token.single_use = true;
    token.created_at = context.now.wall;
    token.expires_at = context.now.wall + kTokenLife;
    context.store.put_token(token);
    return true;
  });
  return std::move(made.text);
}

HttpRequest request_of(const job::Draft& draft, const std::string& api, const Secret& token) {
  Json body{{"customerId", draft.customer_id.value_or("")}, {"wait", format_duration(kWait)}};
  if (draft.request_id) body["requestId"] = *draft.request_id;
  HttpRequest request;
  request.url = "http://" + api + "/v1/links";
  request.headers = {{"Content-Type", "application/json"}};
  std::string bearer = "Bearer " + std::string(token.reveal());
  request.authorization = Secret(bearer);
  wipe(bearer);
  request.body = body.dump();
  request.stall_timeout = kWait + Millis(5'000);
  request.timeout = kWait + Millis(5'000);
  return request;
}

// The job as it is once the daemon has written down that the answer went out; it does so within moments.
std::optional<job::Job> settled_job(StoreSession& session, const std::string& request_id) {
  const Millis until = session.clock().now().boot + Millis(1'000);
  auto job = session.store().find_job(request_id);
  while (job && job->standing.state == job::State::Running && session.clock().now().boot < until) {
    pause(Millis(5));
    job = session.store().find_job(request_id);
  }
  return job;
}

OrderedJson job_members(StoreSession& session, const std::string& request_id) {
  OrderedJson members{{"requestId", request_id}};
  const auto job = settled_job(session, request_id);
  if (!job) return members;
  members["state"] = std::string(job::name(job->standing.state));
  members["dueAt"] = format_utc(job->due_at);
  members["expiresAt"] = format_utc(job->expires_at);
  members["seq"] = job->last_seq;
  members["created"] = true;
  return members;
}

int print_link(StoreSession& session, Json& answer, bool json) {
  auto& link = answer["link"].get_ref<std::string&>();
  const auto request_id = string_member(answer, "requestId").value_or("");
  if (json) {
    OrderedJson members = job_members(session, request_id);
    members["linkExpiresAt"] = string_member(answer, "linkExpiresAt").value_or("");
    members["link"] = link;
    std::string text = members.dump();
    std::cout << text << std::endl;
    wipe(text);
    wipe(members["link"].get_ref<std::string&>());
  } else {
    std::cout << link << std::endl;
    const auto expires = parse_rfc3339(string_member(answer, "linkExpiresAt").value_or(""));
    std::cerr << "The link works once" << (expires ? ", until " + format_local(*expires) : std::string())
              << ". requestId " << request_id << "\n";
  }
  wipe(link);
  if (!std::cout) throw Error("the link could not be written to standard output");
  return 0;
}

// What the daemon says of a request that got no link: rejected at the door, or ended otherwise.
int report_no_link(StoreSession& session, const HttpAnswer& answer, const Json& body, bool json) {
  const std::string code = string_member(body, "code").value_or("internal");
  const std::string message = string_member(body, "message").value_or("the daemon could not answer");
  if (!body.contains("state")) {
    if (answer.status >= 500) throw Error("the daemon cannot take the request now: " + message);
    std::vector<FieldError> errors;
    for (const Json& error : body.value("errors", Json::array())) {
      errors.push_back(
          {string_member(error, "field").value_or(""), string_member(error, "message").value_or("")});
    }
    throw InputError(code, message, std::move(errors));
  }
  const std::string request_id = string_member(body, "requestId").value_or("");
  if (json) {
    OrderedJson members = job_members(session, request_id);
    members["code"] = code;
    std::cout << members.dump() << std::endl;
  } else {
    std::cerr << "latchkey: " << message << ". The job is " << string_member(body, "state").value_or("?")
              << "; see `latchkey jobs show " << request_id << "`.\n";
  }
  return 1;
}

}  // namespace

int wait_for_link(StoreSession& session, const job::Draft& draft, const std::string& api, bool json) {
  const Secret token = make_token(session);
  CurlHttpClient http;
  HttpAnswer answer = http.send(request_of(draft, api, token));
  if (answer.failure) {
    throw Error("the daemon at " + api +
                " did not answer: look whether it runs, and at `latchkey jobs list` for what "
                "became of the request");
  }
  auto body = parse_json(answer.body);
  wipe(answer.body);
  if (!body || !body->is_object()) throw Error("the answer of " + api + " is not Latchkey's: see api.listen");
  if (answer.status == 200 && body->contains("link") && (*body)["link"].is_string()) {
    return print_link(session, *body, json);
  }
  return report_no_link(session, answer, *body, json);
}

}  // namespace latchkey::surface
