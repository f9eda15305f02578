#include "loanbook/interchange/text_width.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace loanbook::interchange {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// UAX 11 (Unicode 15), categories W and F, neighbouring blocks joined.
constexpr Range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26A1, 0x26A1},   {0x26BD, 0x26BE},
    {0x2705, 0x2705},   {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2757, 0x2757},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

// Combining marks, joiners and direction marks of the scripts people write names in.
constexpr Range without_width[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
};

template <std::size_t count>
bool contains(const Range (&ranges)[count], std::uint32_t point) {
  const Range* range = std::ranges::lower_bound(ranges, point, {}, &Range::last);
  return range != std::end(ranges) && range->first <= point;
}

std::size_t width_of(std::uint32_t point) {
  if (point < 0x300) return 1;
  if (contains(without_width, point)) return 0;
  return contains(wide, point) ? 2 : 1;
}

// The code point at *at, which moves behind it; broken bytes count as one character each.
std::uint32_t take_point(std::string_view text, std::size_t* at) {
  const auto first = static_cast<unsigned char>(text[(*at)++]);
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  std::uint32_t point = more == 0 ? first : first & (0x3FU >> more);
  for (std::size_t i = 0; i < more && *at < text.size(); ++i) {
    const auto next = static_cast<unsigned char>(text[*at]);
    if ((next & 0xC0U) != 0x80U) break;
    point = point << 6U | (next & 0x3FU);
    ++*at;
  }
  return point;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(take_point(text, &at));
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += "\xEF\xBF\xBD";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace loanbook::interchange
