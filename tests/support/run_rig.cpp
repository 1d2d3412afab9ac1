#include "support/run_rig.h"

namespace latchkey::test {

job::Definition welcome() {
  job::Definition definition;
  definition.name = "welcome";
  definition.digest = std::string(64, 'a');
  definition.recipients.file = "welcome.csv";
  return definition;
}

std::string people(int count, int from) {
  std::string text = "email\n";
  for (int i = from; i < from + count; ++i) text += "p" + std::to_string(i) + "@example.com\n";
  return text;
}

RunRig::RunRig(const std::function<void(engine::Settings&)>& adjust)
    : EngineRig([&](engine::Settings& with) {
        with.of(job::Provider::Mayar).rate = *job::parse_rate("20/min");
        if (adjust) adjust(with);
      }) {
  turn();
}

engine::RunPlan RunRig::plan(const job::Definition& definition, const std::string& recipients) {
  const engine::Run run{definition, nominal, clock.now().wall, "",
                        [&] { return std::make_unique<std::istringstream>(recipients); }};
  return engine::plan_run(parts, run);
}

engine::SubmittedRun RunRig::submit(const job::Definition& definition, const std::string& recipients,
                                    const std::string& reason) {
  const engine::Run run{definition, nominal, clock.now().wall, reason,
                        [&] { return std::make_unique<std::istringstream>(recipients); }};
  return engine::submit_run(parts, run);
}

void RunRig::drain(const provider::Result& result) {
  for (;;) {
    const engine::Wake wake = turn();
    if (!workers->calls.empty()) {
      while (!workers->calls.empty()) finish_call(copy_of(result));
      continue;
    }
    const Millis rest = wake.rest(clock.now(), std::chrono::hours(24));
    if (rest >= std::chrono::hours(4)) return;
    clock.advance(rest);
  }
}

std::vector<job::Job> RunRig::jobs(const std::string& batch) {
  store::JobFilter filter;
  filter.batch = batch;
  std::vector<job::Job> all;
  other->each_job(filter, [&](const job::Job& job) {
    all.push_back(job);
    return true;
  });
  return all;
}

std::string RunRig::counts(const std::string& batch) {
  const store::BatchCounts counts = other->batch_counts(batch);
  std::string text;
  const auto add = [&](const char* name, std::int64_t count) {
    if (count > 0) text += (text.empty() ? "" : " ") + std::to_string(count) + " " + name;
  };
  add("queued", counts.queued);
  add("running", counts.running);
  add("done", counts.done);
  add("failed", counts.failed);
  add("stale", counts.stale);
  add("held", counts.held);
  add("cancelled", counts.cancelled);
  return text;
}

}  // namespace latchkey::test
