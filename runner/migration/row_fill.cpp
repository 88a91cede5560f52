#include "runner/migration/row_fill.hpp"

#include "runner/migration/history.hpp"
#include "runner/migration/query_together.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

namespace runner {

extern const std::string_view row_fill_sql;

static void visit(const TableShape& table, const RowShapes& shapes, std::set<ObjectNumber>& seen,
                  std::vector<const TableShape*>& into) {
  if (!seen.insert(table.number).second) return;
  for (const ReferenceShape& reference : table.references)
    if (const auto parent = shapes.tables.find(reference.table); parent != shapes.tables.end())
      visit(parent->second, shapes, seen, into);
  into.push_back(&table);
}

/// Those that are referred to first; circles are cut somewhere.
static std::vector<const TableShape*> parents_first(const RowShapes& shapes) {
  std::set<ObjectNumber> seen;
  std::vector<const TableShape*> order;
  for (const auto& [number, table] : shapes.tables) visit(table, shapes, seen, order);
  return order;
}

namespace {
/// The parameters of runner_fill: parallel lists.
struct Attempts {
  std::vector<std::string> tables{};
  std::vector<std::string> rows{};
  std::vector<std::string> statements{};

  void add(const TableShape& table, std::size_t row, std::string statement) {
    tables.push_back(table.name);
    rows.push_back(std::to_string(row));
    statements.push_back(std::move(statement));
  }
};

class Filler {
 public:
  Filler(Session& session, const RowShapes& shapes, const RowFill& fill)
      : session_(session), shapes_(shapes), fill_(fill), order_(parents_first(shapes)) {}
  std::vector<FilledTable> run();

 private:
  /// One try of all tables that have fewer rows than `enough`.
  struct Pass {
    std::size_t first_attempt = 0;
    std::size_t attempts = 0;
    std::size_t enough = 0;
    bool without_triggers = false;
  };
  void run(const Pass& pass);
  bool is_wanted(const TableShape& table, std::size_t enough) const;
  Attempts attempts_for(const Pass& pass) const;
  void take(const Rows& rows, bool without_triggers);

  Session& session_;
  const RowShapes& shapes_;
  const RowFill& fill_;
  std::vector<const TableShape*> order_;
  std::vector<FilledTable> filled_{};
};
}  // namespace

bool Filler::is_wanted(const TableShape& table, std::size_t enough) const {
  const auto known = std::find_if(filled_.begin(), filled_.end(),
                                  [&](const FilledTable& one) { return one.name == table.name; });
  return known == filled_.end() || (!known->had_rows && known->inserted < enough);
}

Attempts Filler::attempts_for(const Pass& pass) const {
  const RowMaking making{.shapes = shapes_, .style = fill_.style, .also = fill_.also};
  Attempts all;
  for (const TableShape* table : order_) {
    if (!is_wanted(*table, pass.enough)) continue;
    for (std::size_t row = 0; row < fill_.rows; ++row) {
      const std::size_t number = fill_.first_number + row;
      for (std::size_t i = 0; i < pass.attempts; ++i)
        all.add(*table, row, insert_statement(*table, making, number, pass.first_attempt + i, session_));
      if (pass.enough > 0) all.add(*table, row, shortest_insert(*table, making, number, session_));
    }
  }
  return all;
}

static std::size_t count_in(const Cell& cell) {
  std::size_t count = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), count);
  return count;
}

void Filler::take(const Rows& rows, bool without_triggers) {
  for (const std::vector<Cell>& row : rows.rows) {
    const std::string name = row.at(0).value_or("");
    auto known = std::find_if(filled_.begin(), filled_.end(),
                              [&](const FilledTable& one) { return one.name == name; });
    if (known == filled_.end())
      known = filled_.insert(filled_.end(), {.name = name, .had_rows = fill_.only_empty && row.at(1) == "t"});
    const std::size_t inserted = count_in(row.at(2));
    known->inserted += inserted;
    known->without_triggers = without_triggers && inserted > 0;
    if (!without_triggers || inserted > 0) known->problem = row.at(3).value_or("");
  }
}

void Filler::run(const Pass& pass) {
  const Attempts all = attempts_for(pass);
  if (all.statements.empty()) return;
  // What an earlier pass has inserted is ours.
  const bool only_empty = fill_.only_empty && pass.enough == 0;
  const std::array<Cell, 5> parameters{text_array(all.tables), text_array(all.rows),
                                       text_array(all.statements), only_empty ? "true" : "false",
                                       pass.without_triggers ? "true" : "false"};
  const std::array calls{PipelineCall{.sql = row_fill_sql},
                         PipelineCall{.sql = "SELECT * FROM pg_temp.runner_fill($1, $2, $3, $4, $5)",
                                      .parameters = parameters,
                                      .keep_rows = true}};
  take(query_together(session_, calls, "make up rows").back(), pass.without_triggers);
}

std::vector<FilledTable> Filler::run() {
  static constexpr std::size_t likely = 3;
  static constexpr std::size_t many = 20;
  if (order_.empty()) return {};
  run({.attempts = likely});
  run({.first_attempt = likely, .attempts = many, .enough = fill_.rows / 2});
  run({.attempts = many, .enough = 1, .without_triggers = true});
  return std::move(filled_);
}

std::vector<FilledTable> fill_rows(Session& session, const RowShapes& shapes, const RowFill& fill) {
  return Filler(session, shapes, fill).run();
}

}  // namespace runner
