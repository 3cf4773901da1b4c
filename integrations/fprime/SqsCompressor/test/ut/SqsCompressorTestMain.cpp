// ======================================================================
// \title  SqsCompressorTestMain.cpp
// \brief  Unit tests of SqsCompressor
// ======================================================================

#include "SqsCompressorTester.hpp"

#define SQS_TEST(name)               \
    TEST(SqsCompressor, name) {      \
        Sqs::SqsCompressorTester tester; \
        tester.test##name();         \
    }

SQS_TEST(Compresses)
SQS_TEST(OffsetAndLimit)
SQS_TEST(KeepsNoise)
SQS_TEST(Parameters)
SQS_TEST(Identities)
SQS_TEST(RefusedParameters)
SQS_TEST(Arguments)
SQS_TEST(IncompleteRow)
SQS_TEST(Faults)
SQS_TEST(Telemetry)
SQS_TEST(Allocations)

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
