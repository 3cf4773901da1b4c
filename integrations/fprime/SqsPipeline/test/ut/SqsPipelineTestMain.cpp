// ======================================================================
// \title  SqsPipelineTestMain.cpp
// \brief  Unit tests of SqsPipeline
// ======================================================================

#include "SqsPipelineTester.hpp"

#define SQS_TEST(name)                 \
    TEST(SqsPipeline, name) {          \
        Sqs::SqsPipelineTester tester; \
        tester.test##name();           \
    }

SQS_TEST(Telemetry)
SQS_TEST(Products)
SQS_TEST(Bound)
SQS_TEST(Backpressure)
SQS_TEST(SaveRestore)
SQS_TEST(FilesFail)
SQS_TEST(Parameter)
SQS_TEST(Refused)
SQS_TEST(Faults)
SQS_TEST(Types)
SQS_TEST(ResetScrub)
SQS_TEST(Allocations)

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
