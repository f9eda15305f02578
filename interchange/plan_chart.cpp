#include "loanbook/interchange/plan_chart.hpp"

#include <algorithm>

#include "loanbook/interchange/table.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::interchange {
namespace {

using money::Int128;

std::string amount_text(Int128 minor, money::Currency currency) {
  return with_thousands(money::text_of_minor(minor, currency.digits));
}

std::int64_t tallest(const std::vector<PlanBar>& bars) {
  std::int64_t most = 1;
  for (const PlanBar& bar : bars) most = std::max(most, bar.principal + bar.cost);
  return most;
}

/// `value` of `whole` as a part of `length`, half up.
std::int64_t scaled(Int128 value, std::int64_t whole, std::int64_t length) {
  return static_cast<std::int64_t>(
      money::divide_rounded(value * length, whole, money::RoundingMode::half_up));
}

std::string label_of(const PlanBar& bar) {
  return bar.first == bar.last ? std::to_string(bar.first)
                               : std::to_string(bar.first) + "-" + std::to_string(bar.last);
}

std::string padded(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string repeated(std::string_view block, std::int64_t count) {
  std::string out;
  for (std::int64_t i = 0; i < count; ++i) out += block;
  return out;
}

/// A round step such that at most `steps` of them reach `top`: 1, 2 or 5 times a power of ten.
std::int64_t axis_step(std::int64_t top, std::int64_t steps) {
  for (Int128 power = 1;; power *= 10) {
    for (const int factor : {1, 2, 5}) {
      if (power * factor * steps >= top) return static_cast<std::int64_t>(power * factor);
    }
  }
}

std::string rectangle(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height,
                      std::string_view fill, const std::string& title) {
  return "<rect x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
         std::to_string(width) + "\" height=\"" + std::to_string(height) + "\" fill=\"" +
         std::string(fill) + "\"><title>" + title + "</title></rect>\n";
}

std::string text_at(std::int64_t x, std::int64_t y, std::string_view anchor,
                    const std::string& text) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" text-anchor=\"" +
         std::string(anchor) + "\">" + text + "</text>\n";
}

constexpr std::string_view principal_fill = "#2b6cb0";
constexpr std::string_view cost_fill = "#f0a35e";

}  // namespace

std::vector<PlanBar> bars_of(const schedule::Plan& plan, std::size_t bars_max) {
  const std::size_t rows = plan.rows.size();
  const std::size_t group = std::max<std::size_t>((rows + bars_max - 1) / bars_max, 1);
  std::vector<PlanBar> bars;
  for (std::size_t i = 0; i < rows; ++i) {
    const schedule::PlanRow& row = plan.rows[i];
    if (i % group == 0) bars.push_back({row.no, row.no});
    bars.back().last = row.no;
    bars.back().principal += std::max<std::int64_t>(row.principal, 0);
    const std::int64_t joined = std::min<std::int64_t>(row.principal, 0);
    bars.back().cost += row.interest + row.fee + joined;
  }
  return bars;
}

std::vector<std::string> bars_text(const std::vector<PlanBar>& bars, money::Currency currency,
                                   std::size_t width) {
  std::vector<std::string> lines;
  if (bars.empty()) return lines;
  std::size_t labels = 0;
  std::size_t amounts = 0;
  for (const PlanBar& bar : bars) {
    labels = std::max(labels, label_of(bar).size());
    amounts = std::max(amounts, amount_text(bar.principal + bar.cost, currency).size());
  }
  const std::size_t taken = labels + amounts + 4;
  const auto length = static_cast<std::int64_t>(std::max<std::size_t>(width, taken + 10) - taken);
  const std::int64_t most = tallest(bars);
  for (const PlanBar& bar : bars) {
    const std::int64_t all = scaled(Int128{bar.principal} + bar.cost, most, length);
    const std::int64_t principal = std::min(scaled(bar.principal, most, length), all);
    lines.push_back(padded(label_of(bar), labels) + "  " + repeated("█", principal) +
                    repeated("░", all - principal) + repeated(" ", length - all) + "  " +
                    padded(amount_text(Int128{bar.principal} + bar.cost, currency), amounts));
  }
  return lines;
}

std::string bars_svg(const std::vector<PlanBar>& bars, money::Currency currency) {
  constexpr std::int64_t width = 900;
  constexpr std::int64_t height = 320;
  constexpr std::int64_t left = 110;
  constexpr std::int64_t top = 30;
  constexpr std::int64_t plot_width = width - left - 10;
  constexpr std::int64_t plot_height = height - top - 50;
  constexpr std::int64_t base = top + plot_height;
  const auto count = static_cast<std::int64_t>(bars.size());
  std::string out = "<svg viewBox=\"0 0 " + std::to_string(width) + " " + std::to_string(height) +
                    "\" role=\"img\" aria-label=\"Principal and interest of each installment\">\n";
  if (bars.empty()) return out + "</svg>\n";
  const std::int64_t step = axis_step(tallest(bars), 5);
  const std::int64_t full = 5 * step;
  for (std::int64_t value = 0; value <= full; value += step) {
    const std::int64_t y = base - scaled(value, full, plot_height);
    out += "<line x1=\"" + std::to_string(left) + "\" x2=\"" + std::to_string(left + plot_width) +
           "\" y1=\"" + std::to_string(y) + "\" y2=\"" + std::to_string(y) +
           "\" stroke=\"currentColor\" stroke-opacity=\"" + (value == 0 ? "0.8" : "0.2") + "\"/>\n";
    out += text_at(left - 8, y + 4, "end", amount_text(value, currency));
  }
  const std::int64_t labels_every = std::max<std::int64_t>((count + 11) / 12, 1);
  for (std::int64_t i = 0; i < count; ++i) {
    const PlanBar& bar = bars[static_cast<std::size_t>(i)];
    const std::int64_t x = left + plot_width * i / count;
    const std::int64_t room = plot_width * (i + 1) / count - plot_width * i / count;
    const std::int64_t thick = std::max<std::int64_t>(room * 4 / 5, 1);
    const std::int64_t all = scaled(Int128{bar.principal} + bar.cost, full, plot_height);
    const std::int64_t principal = std::min(scaled(bar.principal, full, plot_height), all);
    const std::string name = label_of(bar);
    out += rectangle(x, base - principal, thick, principal, principal_fill,
                     name + ": principal " + amount_text(bar.principal, currency));
    out += rectangle(x, base - all, thick, all - principal, cost_fill,
                     name + ": interest and fees " + amount_text(bar.cost, currency));
    if (i % labels_every == 0) out += text_at(x + thick / 2, base + 18, "middle", name);
  }
  out += text_at(left + plot_width / 2, height - 8, "middle", "installment");
  out += text_at(left - 8, top - 14, "end", std::string(currency.text()));
  out += rectangle(left, 6, 12, 12, principal_fill, "principal");
  out += text_at(left + 18, 16, "start", "principal");
  out += rectangle(left + 100, 6, 12, 12, cost_fill, "interest and fees");
  out += text_at(left + 118, 16, "start", "interest and fees");
  return out + "</svg>\n";
}

}  // namespace loanbook::interchange
