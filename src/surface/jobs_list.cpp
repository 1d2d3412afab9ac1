#include "surface/jobs_list.h"

#include "base/time_text.h"
#include "surface/job_view.h"
#include "surface/output.h"
#include "surface/reveal.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

std::string zone_of(TimePoint now) {
  const std::string text = format_local(now);
  return text.substr(text.rfind(' ') + 1);
}

/// The list that people read.
class JobTable {
 public:
  JobTable(TimePoint now, bool reveal) : now_(now), reveal_(reveal), table_(headings(reveal)) {
    table_.align_right(5);
  }
  void add(const job::Job& job, const std::string& recipient) {
    std::vector<Cell> row{job.request_id,
                          std::string(name(job.provider)),
                          state_cell(job.standing.state),
                          format_local_short(job.due_at, now_),
                          format_local_short(job.expires_at, now_),
                          std::to_string(job.attempts),
                          last_outcome(job)};
    if (reveal_) row.emplace_back(recipient);
    table_.add(std::move(row));
  }
  void print(Output& out) const {
    if (table_.empty()) return out.line("No job fits.");
    out.text(table_.text(Output::coloured()));
    out.line(counted(table_.size(), "job") + ", times in " + zone_of(now_));
  }

 private:
  static std::vector<std::string> headings(bool reveal) {
    std::vector<std::string> names{"REQUEST ID", "PROVIDER", "STATE", "DUE", "EXPIRES", "ATTEMPTS", "LAST"};
    if (reveal) names.emplace_back("RECIPIENT");
    return names;
  }
  const TimePoint now_;
  const bool reveal_;
  Table table_;
};

}  // namespace

int list_jobs(const GlobalOptions& global, const JobQuestion& question, bool reveal) {
  StoreSession session(global, reveal ? store::Access::ReadWrite : store::Access::ReadOnly);
  const auto filter = question.job_filter(session.store(), session.now());
  const std::size_t limit = question.limit_or_all();
  if (reveal) record_reveal(session);

  Output out;
  JobTable table(session.now(), reveal);
  std::size_t count = 0;
  const auto show = [&](const job::Job& job) {
    const std::string recipient = reveal ? revealed(session, job) : std::string();
    if (global.json) {
      out.line(job_json(job, reveal ? std::optional(recipient) : std::nullopt).dump());
    } else {
      table.add(job, recipient);
    }
    return ++count < limit && out.wanted();
  };
  if (filter) session.store().each_job(*filter, show);
  if (!global.json) table.print(out);
  out.flush();
  return 0;
}

}  // namespace latchkey::surface
