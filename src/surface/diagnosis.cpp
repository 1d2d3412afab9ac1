#include "surface/diagnosis.h"

#include "base/error.h"

namespace latchkey::surface {

using Severity = Diagnosis::Severity;

void Diagnoses::ok(std::string about, std::string text) {
  all_.push_back({Severity::Ok, std::move(about), std::move(text), {}});
}

void Diagnoses::note(std::string about, std::string text, std::string mend) {
  all_.push_back({Severity::Note, std::move(about), std::move(text), std::move(mend)});
}

void Diagnoses::warning(std::string about, std::string text, std::string mend) {
  all_.push_back({Severity::Warning, std::move(about), std::move(text), std::move(mend)});
}

void Diagnoses::error(std::string about, std::string text, std::string mend) {
  all_.push_back({Severity::Error, std::move(about), std::move(text), std::move(mend)});
}

void Diagnoses::examine(const std::string& about, const std::string& mend,
                        const std::function<void()>& examination) {
  try {
    examination();
  } catch (const InputError& wrong) {
    if (wrong.errors().empty()) return error(about, wrong.what(), mend);
    for (const FieldError& one : wrong.errors()) {
      error(about, one.field.empty() ? one.message : one.field + ": " + one.message, mend);
    }
  } catch (const Error& broken) {
    error(about, broken.what(), mend);
  }
}

}  // namespace latchkey::surface
