#include "stages/lint/statements_by_name.hpp"

#include <algorithm>
#include <variant>

namespace runner {

namespace {
/// The names that a statement is about, as far as rules ask for them.
struct NameReader {
  std::vector<std::string>& names;

  void operator()(const CreateTable& create) { names.push_back(create.table.name); }
  void operator()(const CreateTableAs& create) { names.push_back(create.table.name); }
  void operator()(const CreateView& create) { names.push_back(create.view.name); }
  void operator()(const CreateRoutine& create) { names.push_back(create.routine.name); }
  void operator()(const AlterRoutine& alter) { names.push_back(alter.routine.name); }
  void operator()(const CreateType& create) { names.push_back(create.type.name); }
  void operator()(const AlterEnum& alter) { names.push_back(alter.type.name); }
  void operator()(const CreateSchema& create) { names.push_back(create.name); }
  void operator()(const AlterTable& alter) { names.push_back(alter.table.name); }
  void operator()(const Policy& policy) { names.push_back(policy.table.name); }
  void operator()(const ChangeRows& rows) { names.push_back(rows.table.name); }
  void operator()(const DoBlock&) { names.emplace_back(); }
  void operator()(const Rename& rename) {
    names.push_back(rename.object.name);
    if (!rename.new_name.empty()) names.push_back(rename.new_name);
  }
  void operator()(const Grant& grant) {
    for (const QualifiedName& object : grant.objects) names.push_back(object.name);
  }
  void operator()(const Drop& drop) {
    for (const DroppedObject& object : drop.objects) {
      names.push_back(object.name.name);
      if (!object.table.empty()) names.push_back(object.table.name);
    }
  }
  template <typename T>
  void operator()(const T&) {}
};
}  // namespace

StatementsByName::StatementsByName(const ParsedFile& file) : first_(file.statements.data()) {
  std::vector<std::string> names;
  for (const ParsedStatement& statement : file.statements) {
    names.clear();
    std::visit(NameReader{names}, statement.what);
    for (const std::string& name : names) {
      std::vector<const ParsedStatement*>& found = by_name_[name];
      if (found.empty() || found.back() != &statement) found.push_back(&statement);
    }
  }
}

Statements StatementsByName::about(const std::string& name, std::size_t from, std::size_t to) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end() || from >= to) return {};
  const std::vector<const ParsedStatement*>& all = found->second;
  const auto start = std::lower_bound(all.begin(), all.end(), first_ + from);
  const auto end = std::lower_bound(start, all.end(), first_ + to);
  return {all.data() + (start - all.begin()), all.data() + (end - all.begin())};
}

}  // namespace runner
