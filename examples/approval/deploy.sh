#!/bin/sh
echo "deploying $REPLICAS replicas"
