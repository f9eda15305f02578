#pragma once

// Random stories that a seed tells again, on every machine the same.

#include <initializer_list>
#include <random>

namespace loanbook::test {

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  int roll(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<unsigned>(most - least + 1));
  }
  template <class T>
  T pick(std::initializer_list<T> items) {
    return *(items.begin() + roll(0, static_cast<int>(items.size()) - 1));
  }

 private:
  std::mt19937 engine_;
};

}  // namespace loanbook::test
