#include "stages/lint/rule_context.hpp"

#include <utility>

namespace runner {

RuleContext::RuleContext(const ParsedFile& file, std::string_view sql, TransactionShape shape,
                         const LintSettings& settings, Catalogue catalogue, const ParsedFile* undone)
    : file_(file),
      sql_(sql),
      shape_(shape),
      settings_(settings),
      catalogue_(std::move(catalogue)),
      undone_(undone) {
  if (!file_.statements.empty()) locks_.push_back(locks_of(statement(), *this));
}

const StatementsByName& RuleContext::by_name() const {
  if (!by_name_) by_name_.emplace(file_);
  return *by_name_;
}

const StatementsByName* RuleContext::undone_by_name() const {
  if (undone_ == nullptr) return nullptr;
  if (!undone_by_name_) undone_by_name_.emplace(*undone_);
  return &*undone_by_name_;
}

const SchemaTable* RuleContext::table(const QualifiedName& relation) const {
  // What the file has made is known without the catalogue.
  return created(relation) && !schema_ ? own_.table(relation) : schema().table(relation);
}

bool RuleContext::created(const QualifiedName& relation) const {
  const SchemaTable* found = own_.table(relation);
  return found != nullptr && found->created;
}

bool RuleContext::existed(const QualifiedName& relation) const {
  if (created(relation)) return false;
  return !schema().known || table(relation) != nullptr;
}

const Schema& RuleContext::schema() const {
  if (schema_) return *schema_;
  schema_ = catalogue_ ? catalogue_() : std::nullopt;
  if (!schema_) schema_.emplace();
  for (std::size_t i = 0; i < index_ && i < file_.statements.size(); ++i) schema_->apply(file_.statements[i]);
  return *schema_;
}

bool RuleContext::next() {
  if (index_ < file_.statements.size()) {
    own_.apply(file_.statements[index_]);
    if (schema_) schema_->apply(file_.statements[index_]);
    ++index_;
  }
  if (index_ >= file_.statements.size()) return false;
  locks_.push_back(locks_of(statement(), *this));
  return true;
}

}  // namespace runner
