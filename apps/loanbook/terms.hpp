#pragma once

// Applications, settlement, refinancing, coupons, limits of partners.

#include <optional>
#include <string>

#include "commands.hpp"

namespace loanbook::apps {

struct ApplyArguments {
  std::string loan;
  TermsArguments terms;
  std::string valid_until;
  Writing writing;
};
int run_loan_apply(const Context& context, const ApplyArguments& arguments);

struct SettleArguments {
  std::string loan;
  std::optional<std::uint64_t> expect_version;
  Writing writing;
};
int run_loan_settle(const Context& context, const SettleArguments& arguments);

struct RefinanceArguments {
  std::string loan;
  std::string old;
  TermsArguments terms;
  bool undo = false;
  Writing writing;
};
int run_loan_refinance(const Context& context, const RefinanceArguments& arguments);

struct CouponArguments {
  std::string payer;
  std::string amount;
  bool all = false;
  Writing writing;
};
int run_coupons_list(const Context& context, const CouponArguments& arguments);
int run_coupons_settle(const Context& context, const CouponArguments& arguments);

struct PartnerLimitArguments {
  std::string partner;
  std::string currency;
  std::string amount;
  std::string until;
  Writing writing;
};
int run_partners_limit(const Context& context, const PartnerLimitArguments& arguments);
int run_partners_list(const Context& context);

}  // namespace loanbook::apps
