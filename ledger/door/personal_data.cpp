#include "loanbook/ledger/door/personal_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace loanbook::ledger {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
int value(char c) { return c - '0'; }

/// First digits of the numbers that payment cards carry, by issuer, and how long they are.
bool has_issuer(std::string_view digits) {
  struct Issuer {
    std::string_view from, to;
    std::size_t shortest, longest;
  };
  constexpr std::array<Issuer, 9> issuers = {{{"34", "34", 15, 15},
                                              {"37", "37", 15, 15},
                                              {"3528", "3589", 16, 19},
                                              {"4", "4", 16, 16},
                                              {"51", "55", 16, 16},
                                              {"2221", "2720", 16, 16},
                                              {"60", "60", 16, 19},
                                              {"62", "62", 16, 19},
                                              {"65", "65", 16, 19}}};
  return std::any_of(issuers.begin(), issuers.end(), [&](const Issuer& issuer) {
    const std::string_view first = digits.substr(0, issuer.from.size());
    return first >= issuer.from && first <= issuer.to && digits.size() >= issuer.shortest &&
           digits.size() <= issuer.longest;
  });
}

/// ISO/IEC 7812-1, annex B (Luhn).
bool has_check_digit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = value(digits[digits.size() - 1 - i]);
    const int doubled = 2 * digit;
    sum += i % 2 == 0 ? digit : (doubled > 9 ? doubled - 9 : doubled);
  }
  return sum % 10 == 0;
}

int number(std::string_view digits) {
  int result = 0;
  for (const char c : digits) result = result * 10 + value(c);
  return result;
}

/// GB 11643-1999: six digits of a region, date of birth, three of order, ISO 7064 MOD 11-2.
bool is_identity_number(std::string_view text) {
  constexpr std::array<int, 17> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view checks = "10X98765432";
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * value(text[i]);
  const int region = number(text.substr(0, 2));
  const int year = number(text.substr(6, 4));
  const int month = number(text.substr(10, 2));
  const int day = number(text.substr(12, 2));
  const char check = text[17] == 'x' ? 'X' : text[17];
  return region >= 11 && region <= 82 && year >= 1900 && year <= 2100 && month >= 1 &&
         month <= 12 && day >= 1 && day <= 31 &&
         checks[static_cast<std::size_t>(sum % 11)] == check;
}

bool is_mobile_number(std::string_view digits) {
  if (digits.size() == 13 && digits.starts_with("86")) digits.remove_prefix(2);
  return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
}

/// `name@host.domain`.
bool holds_mail_address(std::string_view text) {
  const auto of_name = [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '+';
  };
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at == 0 || !of_name(text[at - 1])) continue;
    std::size_t end = at + 1;
    while (end < text.size() && of_name(text[end])) ++end;
    const std::string_view host = text.substr(at + 1, end - at - 1);
    const std::size_t dot = host.rfind('.', host.empty() ? 0 : host.size() - 2);
    if (dot != std::string_view::npos && dot > 0 && dot + 2 < host.size() + 1 &&
        is_letter(host[dot + 1]))
      return true;
  }
  return false;
}

/// A word that announces a person, or a form of address behind one.
bool holds_name(std::string_view text) {
  constexpr std::array<std::string_view, 5> announced = {"姓名", "身份证", "手机号",
                                                         "借款人:", "借款人："};
  constexpr std::array<std::string_view, 2> addressed = {"先生", "女士"};
  const auto is_wide = [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; };
  for (const std::string_view word : announced) {
    const std::size_t at = text.find(word);
    if (at != std::string_view::npos && text.size() > at + word.size()) return true;
  }
  return std::any_of(addressed.begin(), addressed.end(), [&](std::string_view word) {
    const std::size_t at = text.find(word);
    return at != std::string_view::npos && at >= 3 && is_wide(text[at - 1]);
  });
}

money::Error found(std::string id, std::string_view field, std::string_view what) {
  return {.id = std::move(id),
          .message = fmt::format("{} holds {}: what stands in the book stays there for ever; "
                                 "write a reference that means nothing elsewhere",
                                 field, what)};
}

/// One run of digits, with single blanks or hyphens between groups taken out.
money::Status check_run(std::string_view digits, bool grouped, bool after_plus,
                        std::string_view field) {
  if (has_issuer(digits) && has_check_digit(digits))
    return found("personal_data.card_number", field, "what looks like a card number");
  const bool international = after_plus && digits.size() >= 8 && digits.size() <= 15;
  if (international || (is_mobile_number(digits) && (!grouped || digits.size() == 11)))
    return found("personal_data.phone_number", field, "what looks like a phone number");
  return money::ok();
}

bool is_identity_at(std::string_view text, std::size_t at) {
  if (text.size() < at + 18) return false;
  const std::string_view part = text.substr(at, 18);
  const char last = part[17];
  return std::all_of(part.begin(), part.end() - 1, is_digit) &&
         (is_digit(last) || last == 'X' || last == 'x') &&
         (text.size() == at + 18 || !is_digit(text[at + 18])) && is_identity_number(part);
}

}  // namespace

money::Status check_personal_data(std::string_view text, std::string_view field) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    // Part of a word, such as a hexadecimal key: not a number by itself.
    const bool in_word = at > 0 && (is_letter(text[at - 1]) || text[at - 1] == '_');
    const bool after_plus = at > 0 && text[at - 1] == '+';
    if (!in_word && is_identity_at(text, at))
      return found("personal_data.identity_number", field, "what looks like an identity number");
    std::string digits;
    bool grouped = false;
    std::size_t end = at;
    for (; end < text.size(); ++end) {
      const bool gap = (text[end] == ' ' || text[end] == '-') && end + 1 < text.size() &&
                       is_digit(text[end + 1]);
      if (!is_digit(text[end]) && !gap) break;
      if (gap) {
        grouped = true;
      } else {
        digits += text[end];
      }
    }
    const bool goes_on = end < text.size() && (is_letter(text[end]) || text[end] == '_');
    if (!in_word && !goes_on) {
      if (money::Status s = check_run(digits, grouped, after_plus, field); !s) return s;
    }
    at = end;
  }
  if (holds_mail_address(text))
    return found("personal_data.mail_address", field, "what looks like an e-mail address");
  if (holds_name(text)) return found("personal_data.name", field, "what looks like a name");
  return money::ok();
}

}  // namespace loanbook::ledger
