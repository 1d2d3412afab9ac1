#include "base/json.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "base/text.h"

namespace latchkey {
namespace {

/// Builds the value while nlohmann's (iterative) parser reports its parts, and stops it at the first part
/// that we do not take. The value can never be nested deeper than allowed, so destroying or copying it is
/// safe too.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(std::size_t depth_max) : depth_max_(depth_max) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& spelled) override {
    // An integer above 64 bits arrives here, rounded to a double.
    if (spelled.find_first_of(".eE") == string_t::npos) return refuse("a number that does not fit");
    return add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return refuse("not JSON"); }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return refuse("a key that appears twice in one object");
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    constexpr int kNumberOverflow = 406;
    if (e.id == kNumberOverflow) return refuse("a number that does not fit");
    return refuse("not JSON (at byte " + std::to_string(position) + ")");
  }

  Json take_value() { return std::move(root_); }
  const std::string& why() const { return why_; }

 private:
  Json* place(Json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    Json& parent = *open_.back();
    if (parent.is_object()) return &(parent[key_] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool open(Json empty) {
    if (open_.size() >= depth_max_) return refuse("nested too deeply");
    open_.push_back(place(std::move(empty)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool refuse(std::string why) {
    why_ = std::move(why);
    return false;
  }

  const std::size_t depth_max_;
  Json root_;
  // The containers around the next value. Only the innermost one grows, so the pointers to the others stay
  // valid.
  std::vector<Json*> open_;
  std::string key_;
  std::string why_;
};

std::optional<Json> refused(std::string* why, const std::string& reason) {
  if (why != nullptr) *why = reason;
  return std::nullopt;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text, std::string* why, int depth_max) {
  if (!is_utf8(text)) return refused(why, "text that is not UTF-8");
  // The parser takes a zero byte for the end of the text and would ignore what follows.
  if (text.find('\0') != std::string_view::npos) return refused(why, "a zero byte");
  Builder builder(static_cast<std::size_t>(depth_max));
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return refused(why, builder.why());
  return builder.take_value();
}

std::optional<std::string> string_member(const Json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  auto member = object.find(key);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

}  // namespace latchkey
