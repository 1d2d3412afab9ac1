#include "surface/batch_follow.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/text.h"
#include "base/time_text.h"
#include "surface/outlook.h"
#include "surface/output.h"
#include "surface/pause.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr Millis kLookAtBatch{500};
constexpr int kShareOfFollowing = 20;  // counting reasons takes a twentieth of the time at most
constexpr std::size_t kFollowCells = 30;
constexpr std::size_t kReasonsDrawn = 6;

std::size_t terminal_width() {
  winsize size{};
  constexpr std::size_t kUsual = 80;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

bool has_ended(const store::Batch& batch) {
  return batch.finished_at || batch.state == store::BatchState::Abandoned;
}

/// Lines at the end of the terminal's text that are drawn over and over.
class Drawing {
 public:
  explicit Drawing(Output& out) : out_(out) {}
  void draw(const std::vector<std::string>& lines) {
    if (drawn_ > 0) out_.text("\033[" + std::to_string(drawn_) + "A\r\033[J");
    const std::size_t width = terminal_width();
    // One that wraps would be two to go back over.
    for (const std::string& line : lines) out_.line(shown(line, width - 2));
    drawn_ = lines.size();
  }

 private:
  Output& out_;
  std::size_t drawn_ = 0;
};

/// The reasons of failures, which cost a look at the batch's jobs: counted anew when there are more, and not
/// too often.
class Reasons {
 public:
  explicit Reasons(StoreSession& session) : session_(session) {}
  const Failures& of(const BatchView& view) {
    const Millis boot = session_.clock().now().boot;
    if (view.failures() == counted_ || (boot < next_ && !has_ended(view.batch))) return failures_;
    const Stopwatch watch;
    failures_ = failures_of(session_.store(), view).value_or(Failures{});
    counted_ = view.failures();
    next_ = boot + kShareOfFollowing * std::chrono::duration_cast<Millis>(watch.elapsed());
    return failures_;
  }

 private:
  StoreSession& session_;
  Failures failures_;
  std::int64_t counted_ = 0;
  Millis next_{0};
};

std::string reason_line(const std::pair<std::string, std::int64_t>& reason) {
  return counted(static_cast<std::size_t>(reason.second)) + " " + reason.first;
}

std::vector<std::string> drawing_of(const BatchView& view, const Failures& failures, TimePoint now,
                                    const std::string& in_the_way) {
  std::vector<std::string> lines{view.batch.id + " " + std::string(name(view.batch.state)), bar_words(view),
                                 counts_words(view.counts)};
  const std::string pace = pace_words(view, now);
  if (!pace.empty()) lines.push_back(pace);
  std::vector<std::pair<std::string, std::int64_t>> reasons(failures.begin(), failures.end());
  std::sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (reasons.size() > kReasonsDrawn) reasons.resize(kReasonsDrawn);
  for (const auto& reason : reasons) lines.push_back("  " + reason_line(reason));
  if (!in_the_way.empty()) lines.push_back("Waits: " + in_the_way);
  return lines;
}

// On one line, for a log.
std::string line_of(const BatchView& view, const Failures& failures, TimePoint now) {
  std::string line = format_local_short(now, now) + " " + view.batch.id + " " +
                     std::string(name(view.batch.state)) + ": " + counts_words(view.counts);
  const std::string pace = pace_words(view, now);
  if (!pace.empty()) line += "; " + pace;
  std::string reasons;
  for (const auto& reason : failures) reasons += (reasons.empty() ? "" : ", ") + reason_line(reason);
  return reasons.empty() ? line : line + " (" + reasons + ")";
}

}  // namespace

std::string bar_words(const BatchView& view) {
  const auto all = static_cast<std::size_t>(view.counts.all());
  const auto ended = static_cast<std::size_t>(view.ended());
  const std::size_t filled = all == 0 ? kFollowCells : kFollowCells * ended / all;
  const std::size_t percent = all == 0 ? 100 : 100 * ended / all;
  return "[" + std::string(filled, '#') + std::string(kFollowCells - filled, '-') + "] " +
         std::string(percent < 10    ? 2
                     : percent < 100 ? 1
                                     : 0,
                     ' ') +
         std::to_string(percent) + " %  " + counted(ended) + " of " + counted(all);
}

std::string pace_words(const BatchView& view, TimePoint now) {
  std::string text;
  if (view.per_minute) {
    char number[32];
    std::snprintf(number, sizeof number, "%.1f a minute", *view.per_minute);
    text = number;
  }
  if (view.estimated_end) {
    text += (text.empty() ? "ends about " : ", ends about ") + format_local_short(*view.estimated_end, now);
  }
  return text;
}

int follow_batch(StoreSession& session, const std::string& id, bool json) {
  Output out;
  Drawing drawing(out);
  Reasons reasons(session);
  const bool draws = !json && isatty(STDOUT_FILENO) == 1;
  std::string told;
  for (;;) {
    const TimePoint now = session.now();
    const BatchView view = find_view(session.store(), session.settings(), id, now);
    const Failures& failures = reasons.of(view);
    const bool over = has_ended(view.batch);
    const std::string change = std::string(name(view.batch.state)) + counts_words(view.counts) +
                               (over ? " over" : "") + std::to_string(failures.size());
    if (draws) {
      const bool waits = !over && view.counts.queued > 0;
      drawing.draw(drawing_of(view, failures, now, waits ? obstacle(session, view.batch.provider) : ""));
    } else if (change != told) {
      out.line(json ? batch_progress_json(view, failures, now).dump() : line_of(view, failures, now));
    }
    told = change;
    out.flush();
    if (over) return view.counts.done == view.counts.all() ? 0 : 1;
    if (!out.wanted()) return 1;
    pause(kLookAtBatch);
  }
}

}  // namespace latchkey::surface
