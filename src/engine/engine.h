#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/admission.h"
#include "engine/denials.h"
#include "engine/inbox.h"
#include "engine/outbox.h"
#include "engine/tally.h"

namespace latchkey::engine {

/// Who makes the calls. The daemon's workers are threads; a simulation's are scripted.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  /// Workers that have nothing to do.
  virtual int idle() = 0;
  /// Gives an attempt, whose intent is durable, to an idle worker; what becomes of it comes back through the
  /// inbox.
  virtual void dispatch(Attempt attempt) = 0;
};

/// When the next turn is needed, apart from what comes in or is written by others.
struct Wake {
  bool at_once = false;
  std::optional<TimePoint> wall;  ///< nullopt: no wall time needs one
  std::optional<Millis> boot;
  Instant reference{};  ///< the reading by which the engine last knew the wall clock to be right

  /// How long nothing needs to be done, at most `longest`; 0: a turn is due. One is due too when the wall
  /// clock has been set since `reference`, because `wall` says nothing then.
  Millis rest(const Instant& now, Millis longest) const;
};

/// What the engine is given from outside. All of it outlives the engine.
struct Parts {
  store::Store& store;
  Random& random;
  Inbox& inbox;
  Dispatcher& dispatcher;
  Couriers& couriers;
  handover::ReplyDesk& desk;
  handover::WaitingLinks& links;
  Denials& denials;
  const Secret& fingerprint_key;  ///< may be given new bytes between turns, on the engine's thread
  Tally* tally = nullptr;  ///< counts what has become durable, and measures turns; nullptr: nobody does
};

/// The heart: one turn is one transaction. Starts no thread and reads no clock but the store's, so that a
/// simulation runs exactly this. Everything is called from one thread, the engine's.
///
/// turn() throws StoreBusy or Error when the transaction could not be made durable: nothing was answered,
/// nothing was dispatched, results stay in the inbox, and it may be called again. EpochLost: it must not.
class Engine {
 public:
  Engine(Parts parts, Settings settings);

  /// Takes over the database: a new epoch, daemon.start, and an end for all that a dead process has left
  /// open.
  void start();
  /// One pass.
  Wake turn();
  /// Writes what workers and callers have reported, and nothing else: no request is let in, no job taken.
  /// For a disk that is all but full.
  void settle();
  /// Whether another process has written since the last turn; then a turn is needed.
  bool others_have_written();

  /// From the next turn on no job is taken.
  void stop_taking() { taking_ = false; }
  /// A provider that was off has been given credentials: from the next turn on its jobs are let in and taken.
  void switch_on(job::Provider provider) { settings_.of(provider).on = true; }
  /// No call and no mail is under way, and no caller is being answered.
  bool idle() const {
    return memory_.open.empty() && memory_.handing_over.empty() && parts_.links.mailing() == 0;
  }
  /// Ends what is still open as unknown (`shutdown`) and writes daemon.stop. Nothing may be called
  /// afterwards.
  void finish();

  /// Called after a turn in which a provider was found paused, by itself or by whomever.
  void on_paused(std::function<void(job::Provider)> listener) { paused_ = std::move(listener); }
  /// Called after a turn in which a provider was found resumed, by whomever: its key files may be new. Must
  /// not throw.
  void on_resumed(std::function<void(job::Provider)> listener) { resumed_ = std::move(listener); }

 private:
  // What a turn changes besides the database; it counts only once the turn is durable.
  struct Memory {
    std::map<std::string, Attempt> open;  // by requestId: intents without a result
    std::map<std::string, int> handing_over;
    std::array<CredentialHistory, job::kProviders.size()> credentials;
    std::array<int, job::kProviders.size()> in_flight{};  // workers' attempts, given up or not
    std::array<bool, job::kProviders.size()> paused{};
    PostsUnderWay posts;
    std::optional<Millis> denials_due;  // boot time
    std::int64_t daily = -1;            // the UTC day whose checkpoint.daily is known to be written
    // What the clocks are compared with. It stays until the wall clock is set, so that small steps add up.
    Instant clock_reference{};
  };
  // What is done once the turn is durable.
  struct Effects {
    HandOvers hand_overs;
    bool clock_was_set = false;
    bool requests = false;  // some were applied
    std::vector<Posting> postings;
    Denials::Counts denials;
    std::vector<Attempt> dispatches;
    std::vector<std::function<void()>> answers;
    std::vector<job::Provider> paused;
    std::vector<job::Provider> resumed;
    OutcomeCounts counts;
  };

  // Takes what is in the inbox, applies it and does `after_items`: all of it, or, when it throws, nothing.
  // `mailers`: so many mails may begin.
  void in_one_transaction(std::size_t items_max, int mailers,
                          const std::function<void(Context&, Memory&, Effects&)>& after_items);
  Wake look_at_queue(Context& context, Memory& memory, Effects& effects);
  bool move_along(Context& context, Effects& effects);
  void take_jobs(Context& context, Memory& memory, Effects& effects, Wake& wake);
  void look_at_links(Context& context, Effects& effects);
  void take_posts(Context& context, Memory& memory, Effects& effects, Wake& wake);
  void write_denials(Context& context, Memory& memory, Effects& effects, bool at_once);
  void apply(Context& context, Item& item, Memory& memory, Effects& effects);
  void apply(Context& context, Finished& item, Memory& memory, Effects& effects);
  void apply(Context& context, HandedOver& item, Memory& memory, Effects& effects);
  void apply(Context& context, Mailed& item, Memory& memory, Effects& effects);
  void apply(Context& context, Posted& item, Memory& memory, Effects& effects);
  void apply(Context& context, Denied& item, Memory& memory, Effects& effects);
  void apply(Context& context, WaitEnded& item, Memory& memory, Effects& effects);
  void apply(Context& context, NewCredentials& item, Memory& memory, Effects& effects);
  void apply(Context& context, Request& item, Memory& memory, Effects& effects);
  void give_up_overdue(Context& context, Memory& memory, Effects& effects);
  bool refuse_stale(Context& context, Effects& effects);
  bool settle_batches(Context& context);
  void write_daily(Context& context, Memory& memory, Wake& wake);
  void look_at_gates(Context& context, Memory& memory, Effects& effects);
  void tell_callers_of_others(Context& context, Effects& effects);
  void end_waiting_callers(Context& context, Effects& effects);
  void put_back(std::vector<Item> items, bool requests_too);
  bool keep_clock(Context& context, Memory& memory);
  void commit(store::Transaction& transaction);
  void carry_out(Effects& effects);

  Parts parts_;
  Settings settings_;
  std::int64_t epoch_ = 0;
  bool taking_ = true;
  bool others_wrote_ = false;
  Memory memory_;
  std::function<void(job::Provider)> paused_;
  std::function<void(job::Provider)> resumed_;
};

}  // namespace latchkey::engine
