#include "sandbox/nomos_answers.h"

#include "base/encoding.h"
#include "base/json.h"

namespace latchkey::sandbox {
namespace {

struct Usual {
  int status;
  const char* code;
  const char* message;
};

/// The codes and the example messages of the vendor's OpenAPI page.
const Usual kUsual[] = {
    {400, "BAD_REQUEST", "Bad request"},
    {401, "UNAUTHORIZED", "Invalid or malformed token"},
    {402, "PAYMENT_REQUIRED", "Payment required"},
    {403, "FORBIDDEN", "You are not allowed to access this resource"},
    {404, "NOT_FOUND", "Resource not found"},
    {405, "METHOD_NOT_ALLOWED", "Method not allowed"},
    {409, "CONFLICT", "Resource already exists"},
    {422, "UNPROCESSABLE_ENTITY", "Unprocessable entity"},
    {429, "TOO_MANY_REQUESTS", "Wait 30 seconds before retrying."},
    {500, "INTERNAL_SERVER_ERROR", "Internal Server Error"},
};

const Usual& usual_of(int status) {
  for (const Usual& usual : kUsual) {
    if (usual.status == status) return usual;
  }
  return kUsual[std::size(kUsual) - 1];
}

/// In the form of a UUID, as the vendor's examples have it.
std::string make_request_id(Random& random) {
  std::string id = to_hex(random.bytes(16));
  for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
  return id;
}

}  // namespace

Answer nomos_error(const NomosError& error, std::string_view version, Random& random) {
  const Usual& usual = usual_of(error.status);
  const std::string message = error.message.empty() ? usual.message : error.message;
  OrderedJson body = {{"code", usual.code},
                      {"message", message},
                      {"requestId", make_request_id(random)},
                      {"docs", std::string("https://docs.nomos.energy/api-references/errors/") + usual.code}};
  if (!error.field.empty() && version == kCurie) {
    body["errors"] =
        OrderedJson::array({{{"code", usual.code}, {"field", error.field}, {"message", message}}});
  }
  Answer answer;
  answer.status = error.status;
  answer.body = body.dump();
  return answer;
}

Answer nested(Answer flat) {
  flat.body = "{\"error\":" + flat.body + "}";
  return flat;
}

}  // namespace latchkey::sandbox
