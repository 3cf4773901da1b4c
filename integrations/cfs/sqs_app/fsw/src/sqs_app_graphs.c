/**
 * @file
 * The graphs that a table can name. A mission adds its own here; the library links only the kinds that are named.
 */

#include "sqs_app_graphs.h"

#include <string.h>

#define INPUT(name) {(name), 0, 0, SQS_BOUNDARY_ZERO, 0}

/* Level of each window. */
static const SQS_APP_Stage_t Level[] = {
    {sqs_kind_rms, "rms", INPUT("input")},
    {sqs_kind_max, "max", INPUT("input")},
    {sqs_kind_min, "min", INPUT("input")},
};

/* Strongest bin and centroid of the power spectrum; windows of a power of two. */
static const SQS_APP_Stage_t Spectrum[] = {
    {sqs_kind_hann, "hann", INPUT("input")},
    {sqs_kind_rfft_power, "power", INPUT("hann")},
    {sqs_kind_argmax, "peak", INPUT("power")},
    {sqs_kind_centroid, "centroid", INPUT("power")},
};

/* Smoothed samples and their level: ema has state. Window and hop are equal. */
static const SQS_APP_Stage_t Smooth[] = {
    {sqs_kind_ema, "smooth", INPUT("input")},
    {sqs_kind_max, "highest", INPUT("smooth")},
    {sqs_kind_mean, "mean", INPUT("smooth")},
};

static const SQS_APP_Graph_t Graphs[] = {
    {"level", Level, sizeof(Level) / sizeof(Level[0])},
    {"spectrum", Spectrum, sizeof(Spectrum) / sizeof(Spectrum[0])},
    {"smooth", Smooth, sizeof(Smooth) / sizeof(Smooth[0])},
};

const SQS_APP_Graph_t *SQS_APP_GraphFind(const char *Name)
{
    size_t i;

    for (i = 0; i < sizeof(Graphs) / sizeof(Graphs[0]); i++)
    {
        if (strcmp(Graphs[i].Name, Name) == 0)
        {
            return &Graphs[i];
        }
    }
    return NULL;
}

const SQS_APP_Stage_t *SQS_APP_StageFind(const SQS_APP_Graph_t *Graph, const char *Name)
{
    uint32 i;

    for (i = 0; i < Graph->StageCount; i++)
    {
        if (strcmp(Graph->Stages[i].Name, Name) == 0)
        {
            return &Graph->Stages[i];
        }
    }
    return NULL;
}
