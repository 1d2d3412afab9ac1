// The conformance suite of store::Store: what every store must do, asked through the interface alone. A
// store's test file includes store_fixture.h, opens its suite, defines `StoreUnderTest` (a StoreFixture) in
// it and includes this file there. No guard: each kind of store includes it once, into its own suite.
// sqlite_store_tests.cpp shows it.
#include "conformance/store_batch_cases.h"
#include "conformance/store_job_cases.h"
#include "conformance/store_ledger_cases.h"
#include "conformance/store_outbox_cases.h"
#include "conformance/store_question_cases.h"
#include "conformance/store_queue_cases.h"
#include "conformance/store_retention_cases.h"
#include "conformance/store_row_cases.h"
#include "conformance/store_transaction_cases.h"
