#include "loanbook/interchange/pdf.hpp"

#include <hpdf.h>
#include <iconv.h>

#include <algorithm>
#include <memory>

#include "loanbook/interchange/text_width.hpp"

namespace loanbook::interchange {
namespace {

// Lengths are points (1/72 inch), as the library has them; figures of a page, never money.
using Points = HPDF_REAL;

constexpr Points margin = 42;
constexpr Points gap = 8;
constexpr Points title_size = 14;
constexpr Points largest = 9;
constexpr Points smallest = 5;
constexpr Points leading = 1.45F;

bool is_number(const Column& column) {
  return column.kind == ColumnKind::amount || column.kind == ColumnKind::integer;
}

std::string shown(const Column& column, const std::string& cell) {
  return is_number(column) ? with_thousands(cell) : printable(cell);
}

/// `text` in another character set; what that one lacks becomes `?`.
std::string converted(const std::string& text, const char* charset, bool& complete) {
  complete = true;
  const std::unique_ptr<void, int (*)(void*)> converter(
      static_cast<void*>(iconv_open(charset, "UTF-8")), [](void* c) { return iconv_close(c); });
  std::string out(text.size() * 2 + 4, '\0');
  std::string input = text;
  char* from = input.data();
  std::size_t left = input.size();
  char* to = out.data();
  std::size_t room = out.size();
  while (left > 0) {
    if (iconv(converter.get(), &from, &left, &to, &room) != static_cast<std::size_t>(-1)) break;
    complete = false;
    // Past the rest of this character.
    do {
      ++from;
      --left;
    } while (left > 0 && (static_cast<unsigned char>(*from) & 0xC0) == 0x80);
    *to++ = '?';
    --room;
  }
  out.resize(out.size() - room);
  return out;
}

class Sheet {
 public:
  Sheet(HPDF_Doc document, const Report& report) : document_(document), report_(report) {
    latin_ = HPDF_GetFont(document, "Helvetica", "WinAnsiEncoding");
    latin_bold_ = HPDF_GetFont(document, "Helvetica-Bold", "WinAnsiEncoding");
    HPDF_UseCNSFonts(document);
    HPDF_UseCNSEncodings(document);
    han_ = HPDF_GetFont(document, "SimSun", "GBK-EUC-H");
  }

  void draw() {
    fit();
    add_page();
    for (std::size_t i = 0; i < report_.title.size(); ++i) {
      write(margin, i == 0 ? title_size : largest, report_.title[i], i == 0);
      down(i == 0 ? title_size : largest);
    }
    y_ -= size_;
    heading();
    for (const Row& row : report_.rows) {
      if (y_ < margin + 2 * size_ * leading) {
        add_page();
        heading();
      }
      if (row.mark != RowMark::plain) rule(0.5F);
      line(row.cells, row.mark != RowMark::plain);
    }
    rule(0.5F);
    y_ -= size_;
    for (const std::string& note : report_.notes) {
      if (y_ < margin + 2 * size_ * leading) add_page();
      write(margin, largest, note, false);
      down(largest);
    }
    number_pages();
  }

 private:
  struct Set {
    HPDF_Font font;
    std::string bytes;
  };
  [[nodiscard]] Set set(const std::string& text, bool bold) const {
    bool complete = true;
    std::string bytes = converted(text, "CP1252", complete);
    if (complete) return {bold ? latin_bold_ : latin_, std::move(bytes)};
    return {han_, converted(text, "GBK", complete)};
  }

  [[nodiscard]] Points width(const std::string& text, bool bold, Points size) const {
    const Set made = set(text, bold);
    const HPDF_TextWidth units =
        HPDF_Font_TextWidth(made.font, reinterpret_cast<const HPDF_BYTE*>(made.bytes.data()),
                            static_cast<HPDF_UINT>(made.bytes.size()));
    return static_cast<Points>(units.width) * size / 1000;
  }

  /// Chooses the direction of the page and the size of the letters.
  void fit() {
    for (const Column& column : report_.columns)
      widths_.push_back(width(column.heading, true, largest));
    for (const Row& row : report_.rows) {
      for (std::size_t i = 0; i < widths_.size(); ++i) {
        const std::string text = shown(report_.columns[i], row.cells[i]);
        widths_[i] = std::max(widths_[i], width(text, row.mark != RowMark::plain, largest));
      }
    }
    const Points gaps = gap * static_cast<Points>(widths_.size() - 1);
    Points sum = gaps;
    for (const Points w : widths_) sum += w;
    constexpr Points portrait = 595;
    constexpr Points landscape = 842;
    landscape_ = sum > portrait - 2 * margin;
    const Points room = (landscape_ ? landscape : portrait) - 2 * margin;
    size_ = sum <= room ? largest : std::max(smallest, largest * room / sum);
    for (Points& w : widths_) w = w * size_ / largest;
    gap_ = gap * size_ / largest;
    // Narrow tables use the width of the page: the text columns take what is left.
    Points used = gap_ * static_cast<Points>(widths_.size() - 1);
    for (const Points w : widths_) used += w;
    for (std::size_t i = 0; i < widths_.size() && used < room; ++i) {
      if (report_.columns[i].kind != ColumnKind::text) continue;
      widths_[i] += room - used;
      used = room;
    }
  }

  void add_page() {
    page_ = HPDF_AddPage(document_);
    pages_.push_back(page_);
    HPDF_Page_SetSize(page_, HPDF_PAGE_SIZE_A4,
                      landscape_ ? HPDF_PAGE_LANDSCAPE : HPDF_PAGE_PORTRAIT);
    y_ = HPDF_Page_GetHeight(page_) - margin;
  }

  void down(Points size) { y_ -= size * leading; }

  void write(Points x, Points size, const std::string& text, bool bold) {
    const Set made = set(printable(text), bold);
    HPDF_Page_BeginText(page_);
    HPDF_Page_SetFontAndSize(page_, made.font, size);
    HPDF_Page_TextOut(page_, x, y_ - size, made.bytes.c_str());
    HPDF_Page_EndText(page_);
  }

  void rule(Points thickness) {
    HPDF_Page_SetLineWidth(page_, thickness);
    HPDF_Page_MoveTo(page_, margin, y_);
    HPDF_Page_LineTo(page_, HPDF_Page_GetWidth(page_) - margin, y_);
    HPDF_Page_Stroke(page_);
  }

  void heading() {
    std::vector<std::string> cells;
    for (const Column& column : report_.columns) cells.push_back(column.heading);
    Points x = margin;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      place(x, i, cells[i], true);
      x += widths_[i] + gap_;
    }
    down(size_);
    rule(1);
    y_ -= size_ * 0.2F;
  }

  void line(const std::vector<std::string>& cells, bool bold) {
    Points x = margin;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      place(x, i, shown(report_.columns[i], cells[i]), bold);
      x += widths_[i] + gap_;
    }
    down(size_);
  }

  void place(Points x, std::size_t column, const std::string& text, bool bold) {
    if (text.empty()) return;
    const Points shift =
        is_number(report_.columns[column]) ? widths_[column] - width(text, bold, size_) : 0;
    write(x + shift, size_, text, bold);
  }

  void number_pages() {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      page_ = pages_[i];
      y_ = margin - largest * 0.5F;
      const std::string text = std::to_string(i + 1) + " / " + std::to_string(pages_.size());
      write(HPDF_Page_GetWidth(page_) - margin - width(text, false, largest), largest, text, false);
    }
  }

  HPDF_Doc document_;
  const Report& report_;
  HPDF_Font latin_ = nullptr;
  HPDF_Font latin_bold_ = nullptr;
  HPDF_Font han_ = nullptr;
  HPDF_Page page_ = nullptr;
  std::vector<HPDF_Page> pages_;
  std::vector<Points> widths_;
  bool landscape_ = false;
  Points size_ = largest;
  Points gap_ = gap;
  Points y_ = 0;
};

}  // namespace

Result<std::string> render_pdf(const Report& report) {
  const auto failed = [](HPDF_STATUS status) {
    return Error{.id = "pdf.failed",
                 .message = "the PDF could not be made (library status " + std::to_string(status) +
                            "); use --format html, or a shorter report"};
  };
  const std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, void (*)(HPDF_Doc)> document(
      HPDF_New(nullptr, nullptr), [](HPDF_Doc d) { HPDF_Free(d); });
  if (!document) return failed(HPDF_FAILD_TO_ALLOC_MEM);
  HPDF_SetCompressionMode(document.get(), HPDF_COMP_ALL);
  Sheet{document.get(), report}.draw();
  HPDF_SaveToStream(document.get());
  if (const HPDF_STATUS status = HPDF_GetError(document.get()); status != HPDF_OK)
    return failed(status);
  std::string bytes(HPDF_GetStreamSize(document.get()), '\0');
  auto size = static_cast<HPDF_UINT32>(bytes.size());
  HPDF_ReadFromStream(document.get(), reinterpret_cast<HPDF_BYTE*>(bytes.data()), &size);
  bytes.resize(size);
  return bytes;
}

}  // namespace loanbook::interchange
