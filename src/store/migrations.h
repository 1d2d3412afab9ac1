#pragma once

#include <string>
#include <vector>

namespace latchkey::store {

/// One step of the schema: a file of migrations/sqlite, carried in the program.
struct Migration {
  int number;
  std::string name;
  std::string sql;
};

/// All of them, by number, without gaps from 1.
const std::vector<Migration>& embedded_migrations();

}  // namespace latchkey::store
