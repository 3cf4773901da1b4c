/**
 * @file
 * The graphs that a table can name.
 */

#ifndef SQS_APP_GRAPHS_H
#define SQS_APP_GRAPHS_H

#include "cfe.h"
#include "sqrtspace.h"

#define SQS_APP_ROW_WINDOW 0           /**< A row has as many elements of 4 bytes as a window. */
#define SQS_APP_ROW_BINS   0xFFFFFFFFu /**< A row has window / 2 + 1 elements of 4 bytes. */

typedef struct
{
    const sqs_kind *(*Kind)(void);
    const char   *Name;
    sqs_edge_desc Edge;
    uint32        RowBytes; /**< Bytes of a row, exactly, or SQS_APP_ROW_...: rows of outputs are copied by this size. */
} SQS_APP_Stage_t;

typedef struct
{
    const char            *Name;
    const SQS_APP_Stage_t *Stages;
    uint32                 StageCount;
} SQS_APP_Graph_t;

/** Returns the graph of a name, or NULL. */
const SQS_APP_Graph_t *SQS_APP_GraphFind(const char *Name);

/** Bytes of a row of a stage. */
uint64 SQS_APP_RowBytes(const SQS_APP_Stage_t *Stage, uint32 Window, uint32 Channels);

/** Returns the stage of a name, or NULL. */
const SQS_APP_Stage_t *SQS_APP_StageFind(const SQS_APP_Graph_t *Graph, const char *Name);

#endif
