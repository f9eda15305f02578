#include "loanbook/interchange/import.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "loanbook/interchange/ndjson.hpp"
#include "loanbook/interchange/suggest.hpp"
#include "loanbook/interchange/take_over_fields.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using money::quoted;

constexpr std::size_t scope_digits = 16;

// In this order: the names of our own first.
constexpr ColumnAlias loan_aliases[] = {
    {"loan_id", Field::loan_id},
    {"loan", Field::loan_id},
    {"id", Field::loan_id},
    {"product", Field::product},
    {"product_version", Field::product_version},
    {"amount", Field::amount},
    {"loan_amount", Field::amount},
    {"principal", Field::amount},
    {"date", Field::value_date},
    {"value_date", Field::value_date},
    {"disbursed", Field::value_date},
    {"disbursement_date", Field::value_date},
    {"issue_date", Field::value_date},
    {"issue_month", Field::value_date, Form::month_year},
    {"rate", Field::rate},
    {"rate_percent", Field::rate, Form::percent},
    {"interest_rate_percent", Field::rate, Form::percent},
    {"interest_rate", Field::rate, std::nullopt},
    {"annual_rate", Field::rate, std::nullopt},
    {"installments", Field::installments},
    {"instalments", Field::installments},
    {"term", Field::installments},
    {"term_months", Field::installments},
    {"first_due", Field::first_due},
    {"first_due_date", Field::first_due},
    {"due_day", Field::due_day},
    {"reference", Field::reference},
    {"reason", Field::reason},
    {"actor", Field::actor},
    {"branch", Field::branch},
    {"channel", Field::channel},
};
constexpr Field loan_required[] = {Field::loan_id, Field::product, Field::amount,
                                   Field::value_date};

constexpr ColumnAlias event_aliases[] = {
    {"loan_id", Field::loan_id},
    {"loan", Field::loan_id},
    {"event", Field::event},
    {"amount", Field::amount},
    {"value_date", Field::value_date},
    {"date", Field::value_date},
    {"reference", Field::reference},
    {"sequence", Field::sequence},
    {"expect_version", Field::expect_version},
    {"reason", Field::reason},
    {"actor", Field::actor},
    {"product", Field::product},
    {"product_version", Field::product_version},
    {"rate", Field::rate},
    {"rate_percent", Field::rate, Form::percent},
    {"installments", Field::installments},
    {"first_due", Field::first_due},
    {"due_day", Field::due_day},
    {"of", Field::of},
    {"rows", Field::rows},
    {"from", Field::from},
    {"until", Field::until},
    {"choice", Field::choice},
    {"code", Field::code},
    {"branch", Field::branch},
    {"channel", Field::channel},
};
constexpr Field event_required[] = {Field::loan_id, Field::event};

// Offset of field `index` in a row of CSV.
std::size_t offset_of_field(std::string_view row, std::size_t index) {
  bool inside = false;
  for (std::size_t at = 0; at < row.size(); ++at) {
    if (index == 0) return at;
    if (row[at] == '"') inside = !inside;
    if (row[at] == ',' && !inside) --index;
  }
  return index == 0 ? row.size() : 0;
}

// Texts that were seen, and where. Open addressing over one block of characters: a node a row would
// be most of the time that a million rows take.
class SeenTexts {
 public:
  // The line at which `text` was seen before; 0 where it is new and is kept now.
  std::uint64_t add(std::string_view text, std::uint64_t line) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    const std::size_t hash = std::hash<std::string_view>{}(text);
    std::size_t at = hash & (slots_.size() - 1);
    for (; slots_[at].line != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].hash == hash && text_of(slots_[at]) == text) return slots_[at].line;
    }
    slots_[at] = {.hash = hash, .line = line, .begin = characters_.size(), .size = text.size()};
    characters_ += text;
    ++count_;
    return 0;
  }

 private:
  struct Slot {
    std::size_t hash = 0;
    std::uint64_t line = 0;  // 0: free
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  [[nodiscard]] std::string_view text_of(const Slot& slot) const {
    return std::string_view{characters_}.substr(slot.begin, slot.size);
  }

  void grow() {
    constexpr std::size_t slots_first = 1024;
    std::vector<Slot> wider(std::max(slots_first, slots_.size() * 2));
    for (const Slot& slot : slots_) {
      if (slot.line == 0) continue;
      std::size_t at = slot.hash & (wider.size() - 1);
      while (wider[at].line != 0) at = (at + 1) & (wider.size() - 1);
      wider[at] = slot;
    }
    slots_ = std::move(wider);
  }

  std::vector<Slot> slots_;  // a power of two, at most half full
  std::string characters_;
  std::size_t count_ = 0;
};

std::size_t index_of(Field field) { return static_cast<std::size_t>(field); }

}  // namespace

struct ImportFile::Impl {
  Impl(std::string given, std::string name, ProductCurrency lookup)
      : text(std::move(given)), file_name(std::move(name)), product_currency(std::move(lookup)) {
    scope = ledger::hex(ledger::sha256(text)).substr(0, scope_digits);
    if (product_currency) {
      currency_of = [this](const std::string& product) { return cached_currency(product); };
    }
  }

  std::string text;
  std::string file_name;
  std::string scope;
  ProductCurrency product_currency;
  ProductCurrency currency_of;  // the same, asked once a product
  std::unordered_map<std::string, std::optional<money::Currency>> currencies;
  std::string last_product;  // rows of one product tend to stand together
  std::optional<money::Currency> last_currency;

  // One of the two.
  std::optional<CsvReader> csv;
  std::optional<CsvReader> csv_begin;
  std::optional<NdjsonReader> ndjson;

  FieldSources sources;
  bool is_loans = false;
  bool is_take_over = false;
  SeenTexts loans_seen;  // of a file of loans
  std::uint64_t row = 0;

  std::optional<money::Currency> cached_currency(const std::string& product) {
    if (product == last_product && !product.empty()) return last_currency;
    last_product = product;
    last_currency = found_currency(product);
    return last_currency;
  }

  std::optional<money::Currency> found_currency(const std::string& product) {
    const auto known = currencies.find(product);
    if (known != currencies.end()) return known->second;
    return currencies.emplace(product, product_currency(product)).first->second;
  }

  Result<bool> advance() { return csv ? csv->next() : ndjson->next(); }

  [[nodiscard]] RowPlace here() const {
    const std::string_view raw = csv ? csv->raw() : ndjson->raw();
    const auto begin = static_cast<std::size_t>(raw.data() - text.data());
    const std::uint64_t line = csv ? csv->line() : ndjson->line();
    return {.row = row, .line = line, .begin = begin, .end = begin + raw.size()};
  }

  [[nodiscard]] FieldRow fields_of_csv() const {
    FieldRow fields{.text = {}, .form = sources.form};
    for (std::size_t i = 0; i < field_count; ++i) {
      if (sources.column[i]) {
        const std::string_view cell = csv->field(*sources.column[i]);
        if (!cell.empty()) fields.text[i] = cell;
      } else if (sources.constant[i]) {
        fields.text[i] = *sources.constant[i];
      }
    }
    if (is_loans) fields.text[index_of(Field::event)] = "open_disburse";
    return fields;
  }

  std::optional<Error> fields_of_json(FieldRow* fields) const {
    for (const JsonMember& member : ndjson->members()) {
      const std::optional<Field> field = field_named(member.name);
      if (!field) {
        std::vector<std::string_view> known;
        for (std::size_t i = 0; i < field_count; ++i) {
          known.push_back(to_text(static_cast<Field>(i)));
        }
        return ndjson->place(
            {.id = "import.unknown_field",
             .message = "unknown name " + quoted(member.name) + did_you_mean(member.name, known) +
                        "; docs/import.md lists the names"},
            &member);
      }
      if (member.kind == JsonKind::boolean) {
        return ndjson->place(
            {.id = "import.bad_text",
             .message = "'" + member.name + "' is true or false; give text or a number"},
            &member);
      }
      const bool absent = member.kind == JsonKind::null || member.text.empty();
      if (!absent) fields->text[index_of(*field)] = member.text;
    }
    return std::nullopt;
  }

  [[nodiscard]] Error placed(const FieldError& wrong) const {
    if (ndjson) {
      const JsonMember* member = wrong.field ? ndjson->find(to_text(*wrong.field)) : nullptr;
      return ndjson->place(wrong.error, member);
    }
    const std::optional<std::size_t> column =
        wrong.field ? sources.column[index_of(*wrong.field)] : std::nullopt;
    return column ? csv->place(wrong.error, *column) : csv->place_row(wrong.error);
  }

  std::optional<Error> check_twice(const ledger::Command& command) {
    if (!is_loans) return std::nullopt;
    const std::uint64_t line = loans_seen.add(command.loan, csv->line());
    if (line == 0) return std::nullopt;
    return placed(
        {.error = {.id = "import.duplicate_loan",
                   .message = "the loan id " + quoted(command.loan) + " stands already on line " +
                              std::to_string(line) + "; remove one"},
         .field = Field::loan_id});
  }

  [[nodiscard]] Error placed(Error error, std::string_view column) const {
    if (ndjson) return ndjson->place(std::move(error), ndjson->find(column));
    const std::optional<std::size_t> at = csv->find(column);
    return at ? csv->place(std::move(error), *at) : csv->place_row(std::move(error));
  }

  std::optional<Error> build_running(ledger::Command* command) {
    if (ndjson) {
      for (const JsonMember& member : ndjson->members()) {
        std::vector<std::string_view> known;
        for (const TakeOverColumn& column : take_over_columns()) known.push_back(column.name);
        if (std::ranges::find(known, member.name) != known.end()) continue;
        return ndjson->place(
            {.id = "import.unknown_field",
             .message = "unknown name " + quoted(member.name) + did_you_mean(member.name, known) +
                        "; docs/import.md lists the names"},
            &member);
      }
    }
    const ColumnText text_of = [&](std::string_view name) -> std::optional<std::string_view> {
      if (ndjson) {
        const JsonMember* member = ndjson->find(name);
        if (member == nullptr || member->kind == JsonKind::null || member->text.empty())
          return std::nullopt;
        return member->text;
      }
      const std::optional<std::size_t> at = csv->find(name);
      if (!at || csv->field(*at).empty()) return std::nullopt;
      return csv->field(*at);
    };
    if (const auto wrong = build_take_over(text_of, command))
      return placed(wrong->error, wrong->column);
    const std::uint64_t line = loans_seen.add(command->loan, here().line);
    if (line == 0) return std::nullopt;
    return placed({.id = "import.duplicate_loan",
                   .message = "the loan id " + quoted(command->loan) + " stands already on line " +
                              std::to_string(line) + "; remove one"},
                  "loan_id");
  }

  std::optional<Error> build(ledger::Command* command) {
    if (is_take_over) {
      if (std::optional<Error> error = build_running(command)) return error;
      command->source = "import";
      if (command->key.empty()) {
        command->scope = scope;
        command->key = "row-" + std::to_string(row);
      }
      return std::nullopt;
    }
    FieldRow fields;
    if (csv) {
      fields = fields_of_csv();
    } else if (std::optional<Error> error = fields_of_json(&fields)) {
      return error;
    }
    if (const auto wrong = build_command(fields, currency_of, command)) return placed(*wrong);
    command->source = "import";
    if (command->key.empty()) {
      command->scope = scope;
      command->key = "row-" + std::to_string(row);
    }
    return check_twice(*command);
  }
};

ImportFile::ImportFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ImportFile::~ImportFile() = default;
ImportFile::ImportFile(ImportFile&& other) noexcept = default;
ImportFile& ImportFile::operator=(ImportFile&& other) noexcept = default;

Result<ImportFile> ImportFile::open_csv(std::unique_ptr<Impl> impl,
                                        std::span<const FieldMapping> mappings,
                                        std::span<const ColumnAlias> aliases,
                                        std::span<const Field> required) {
  Result<CsvReader> reader = CsvReader::open(impl->text, impl->file_name);
  if (!reader) return reader.error();
  Result<FieldSources> sources = find_sources(*reader, mappings, aliases, required);
  if (!sources) return sources.error();
  impl->sources = *std::move(sources);
  impl->csv = *reader;
  impl->csv_begin = *std::move(reader);
  return ImportFile{std::move(impl)};
}

Result<ImportFile> ImportFile::open_loans(std::string text, std::string file_name,
                                          std::span<const FieldMapping> mappings,
                                          ProductCurrency currency_of) {
  auto impl = std::make_unique<Impl>(std::move(text), std::move(file_name), std::move(currency_of));
  impl->is_loans = true;
  return open_csv(std::move(impl), mappings, loan_aliases, loan_required);
}

Result<ImportFile> ImportFile::open_events(std::string text, std::string file_name,
                                           std::span<const FieldMapping> mappings,
                                           ProductCurrency currency_of) {
  auto impl = std::make_unique<Impl>(std::move(text), std::move(file_name), std::move(currency_of));
  return open_csv(std::move(impl), mappings, event_aliases, event_required);
}

Result<ImportFile> ImportFile::open_commands(std::string text, std::string file_name,
                                             ProductCurrency currency_of) {
  auto impl = std::make_unique<Impl>(std::move(text), std::move(file_name), std::move(currency_of));
  if (impl->text.empty()) {
    return Error{.id = "json.empty_file",
                 .message = "the file is empty; it must hold one JSON object a line",
                 .file = impl->file_name};
  }
  impl->ndjson.emplace(impl->text, impl->file_name);
  return ImportFile{std::move(impl)};
}

Result<ImportFile> ImportFile::open_take_overs(std::string text, std::string file_name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  auto impl = std::make_unique<Impl>(std::move(text), std::move(file_name), ProductCurrency{});
  impl->is_take_over = true;
  if (first != std::string::npos && impl->text[first] == '{') {
    impl->ndjson.emplace(impl->text, impl->file_name);
    return ImportFile{std::move(impl)};
  }
  Result<CsvReader> reader = CsvReader::open(impl->text, impl->file_name);
  if (!reader) return reader.error();
  for (const TakeOverColumn& column : take_over_columns()) {
    if (!column.required) continue;
    if (const auto found = reader->require(column.name); !found) return found.error();
  }
  for (const std::string& name : reader->header()) {
    const bool known = std::ranges::any_of(
        take_over_columns(), [&](const TakeOverColumn& column) { return column.name == name; });
    if (!known) impl->sources.ignored.push_back(name);
  }
  impl->csv = *reader;
  impl->csv_begin = *std::move(reader);
  return ImportFile{std::move(impl)};
}

bool ImportFile::next(ImportBatch& batch, std::size_t max) {
  batch.commands.clear();
  batch.places.clear();
  batch.rejected.clear();
  while (batch.commands.size() + batch.rejected.size() < max) {
    const Result<bool> more = impl_->advance();
    if (more && !*more) break;
    ++impl_->row;
    const RowPlace place = impl_->here();
    if (!more) {
      batch.rejected.push_back({place, more.error()});
      continue;
    }
    ledger::Command command;
    if (std::optional<Error> error = impl_->build(&command)) {
      batch.rejected.push_back({place, *std::move(error)});
      continue;
    }
    batch.commands.push_back(std::move(command));
    batch.places.push_back(place);
  }
  return !batch.commands.empty() || !batch.rejected.empty();
}

void ImportFile::rewind() {
  if (impl_->csv) impl_->csv = impl_->csv_begin;
  if (impl_->ndjson) impl_->ndjson.emplace(impl_->text, impl_->file_name);
  impl_->loans_seen = SeenTexts{};
  impl_->row = 0;
}

Error ImportFile::place(Error error, const RowPlace& place) const {
  const std::optional<Field> field = field_of(error.id);
  const std::optional<std::size_t> column =
      field ? impl_->sources.column[index_of(*field)] : std::nullopt;
  const std::string_view row = raw(place);
  if (impl_->ndjson) {
    NdjsonReader line(row, impl_->file_name);
    const bool read = field && line.next();
    error = line.place(std::move(error), read ? line.find(to_text(*field)) : nullptr);
    error.line = static_cast<std::uint32_t>(place.line);
    return error;
  }
  const std::size_t offset = column ? offset_of_field(row, *column) : 0;
  const std::string_view before = row.substr(0, offset);
  const std::size_t feed = before.rfind('\n');
  const std::string_view same_line =
      feed == std::string_view::npos ? before : before.substr(feed + 1);
  const auto feeds = static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
  error.file = impl_->file_name;
  error.line = static_cast<std::uint32_t>(place.line + feeds);
  error.column = static_cast<std::uint32_t>(money::utf8_length(same_line) + 1);
  return error;
}

std::string_view ImportFile::raw(const RowPlace& place) const {
  return std::string_view{impl_->text}.substr(place.begin, place.end - place.begin);
}

std::string_view ImportFile::raw_header() const {
  return impl_->csv ? impl_->csv->raw_header() : std::string_view{};
}

const std::vector<std::string>& ImportFile::ignored_columns() const {
  return impl_->sources.ignored;
}

}  // namespace loanbook::interchange
