#pragma once

#include <deque>

#include "engine/couriers.h"

namespace latchkey::test {

/// The couriers of a test: they keep what they are given until the test answers it.
class HeldCouriers final : public engine::Couriers {
 public:
  explicit HeldCouriers(int mailers_at_first = 0, int posters_at_first = 0)
      : mailers(mailers_at_first), posters(posters_at_first) {}
  int idle_mailers() override { return mailers - static_cast<int>(mails.size()); }
  void mail(engine::Mailing mailing) override { mails.push_back(std::move(mailing)); }
  int idle_posters() override { return posters - static_cast<int>(posts.size()); }
  void post(engine::Posting posting) override { posts.push_back(std::move(posting)); }

  int mailers;
  int posters;
  std::deque<engine::Mailing> mails;
  std::deque<engine::Posting> posts;
};

}  // namespace latchkey::test
