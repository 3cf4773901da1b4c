/**
 * @file
 * The graphs that a table can name.
 */

#ifndef SQS_APP_GRAPHS_H
#define SQS_APP_GRAPHS_H

#include "cfe.h"
#include "sqrtspace.h"

typedef struct
{
    const sqs_kind *(*Kind)(void);
    const char   *Name;
    sqs_edge_desc Edge;
} SQS_APP_Stage_t;

typedef struct
{
    const char            *Name;
    const SQS_APP_Stage_t *Stages;
    uint32                 StageCount;
} SQS_APP_Graph_t;

/** Returns the graph of a name, or NULL. */
const SQS_APP_Graph_t *SQS_APP_GraphFind(const char *Name);

/** Returns the stage of a name, or NULL. */
const SQS_APP_Stage_t *SQS_APP_StageFind(const SQS_APP_Graph_t *Graph, const char *Name);

#endif
