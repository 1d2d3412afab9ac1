#include "engine/preview.h"

#include <string>
#include <string_view>
#include <utility>

namespace latchkey::engine {
namespace {

// 60 random bits in letters and digits that can be told apart, go into any URL and begin no option.
std::string make_preview_id(Random& random) {
  constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id = "pv-";
  for (int i = 0; i < 12; ++i) id += kLetters[random.below(kLetters.size())];
  return id;
}

// Each provider has a limit of its own, and a batch is one provider's.
void require_one_provider(const Selection& selection) {
  if (selection.providers.size() < 2) return;
  std::string counts;
  for (const auto& [provider, jobs] : selection.providers) {
    counts += (counts.empty() ? "" : " and ") + std::to_string(jobs) + " of " + std::string(name(provider));
  }
  throw InputError("invalid_request", "provider",
                   "the filter selects jobs of both providers (" + counts + "): name one, then the other");
}

Pacing pacing_of(store::Store& store, const Settings& settings, TimePoint now, const Selection& selection) {
  Forecasts forecasts(store, settings, now);
  Pacer pacer = reprocess_pacer(forecasts, settings, selection, now);
  Pacing pacing{pacer.next(), now, selection.lifetime};
  pacing.last_due = pacing.first_due;
  for (std::int64_t job = 1; job < selection.jobs; ++job) pacing.last_due = pacer.next();
  return pacing;
}

}  // namespace

Pacer reprocess_pacer(Forecasts& forecasts, const Settings& settings, const Selection& selection,
                      TimePoint now) {
  Pacer::Pace pace;
  pace.provider = selection.providers.begin()->first;
  pace.rate = settings.of(pace.provider).rate;
  pace.margin = kReprocessMargin;
  pace.calls = selection.calls;
  pace.lifetime = selection.lifetime;
  return Pacer(forecasts, std::move(pace), now);
}

Preview make_preview(store::Store& store, const Settings& settings, TimePoint now, Selector selector) {
  settle(selector);
  Preview preview{std::move(selector), {}, {}};
  preview.selection = select(store, settings, now, preview.selector);
  if (preview.selector.action != BulkAction::Reprocess) return preview;
  require_one_provider(preview.selection);
  const std::int64_t jobs = preview.selection.jobs;
  if (jobs > 0 && jobs <= kBulkJobsMost) preview.pacing = pacing_of(store, settings, now, preview.selection);
  return preview;
}

store::Preview keep_preview(Context& context, const Preview& preview) {
  LATCHKEY_CHECK(preview.selection.jobs > 0);
  store::Preview kept;
  kept.id = make_preview_id(context.random);
  kept.action = name(preview.selector.action);
  kept.filter = selector_json(preview.selector);
  kept.digest = preview.selection.digest;
  kept.jobs = preview.selection.jobs;
  kept.actor = context.actor;
  kept.created_at = context.now.wall;
  context.store.drop_previews_before(context.now.wall - kPreviewLife);
  context.store.put_preview(kept);
  return kept;
}

}  // namespace latchkey::engine
